package import LatheVocabulary
internal import Synchronization

/// A model whose replies are written down in the test, by place; it keeps every request for the test to look at.
///
/// A place that is not in the script, or is asked more often than it has replies, fails with `.notRecorded`, so that a test
/// notices a turn that it did not expect.
package final class ScriptedModel: LanguageModel {
    package enum Line: Sendable {
        /// One call of `python` with this code.
        case code(String)
        case text(String)
        case reply(ModelReply)
        case failure(ModelError)
        /// Waits until the task is cancelled.
        case hang
        /// Fails so often after a reply had begun, each attempt tried again after a moment, then replies with the text.
        case cut(times: Int, then: String)
    }

    package let name: String
    package let codeForm: CodeForm
    package let usage: Usage
    /// What a token costs, read or written; nil for a model without a known price.
    package let microdollarsPerToken: Int?
    private let measure: (@Sendable (ModelRequest) -> Usage)?
    package let contextWindow: ContextWindow
    package let parallelCalls: Int?
    private let script: @Sendable (Place, Int) -> Line?
    private let seen = Mutex<[ModelRequest]>([])
    private let taken = Mutex<[Place: Int]>([:])
    private let underWay = Mutex((now: 0, most: 0))

    /// `measure` says what a request used, in place of `usage`. `script` gets the place and how often it was asked before (0, 1, 2 …).
    package init(
        name: String = "scripted", codeForm: CodeForm = .tool, usage: Usage = Usage(input: 100, output: 10),
        microdollarsPerToken: Int? = 0, contextWindow: ContextWindow = ContextWindow(1_000_000, .known),
        parallelCalls: Int? = nil, measure: (@Sendable (ModelRequest) -> Usage)? = nil,
        _ script: @escaping @Sendable (Place, Int) -> Line?
    ) {
        self.name = name
        self.codeForm = codeForm
        self.script = script
        self.usage = usage
        self.contextWindow = contextWindow
        self.parallelCalls = parallelCalls
        self.measure = measure
        self.microdollarsPerToken = microdollarsPerToken
    }

    /// Replies for the coordinator alone.
    package convenience init(codeForm: CodeForm = .tool, _ lines: [Line]) {
        self.init(codeForm: codeForm) { place, index in
            place == .coordinator && lines.indices.contains(index) ? lines[index] : nil
        }
    }

    package func worstCost(inputTokens: Int, outputTokens: Int) -> Cost { cost(inputTokens + outputTokens) }

    package func cost(of usage: Usage) -> Cost { cost(usage.total) }

    private func cost(_ tokens: Int) -> Cost { microdollarsPerToken.map { .microdollars($0 * tokens) } ?? .unknown }

    package var requests: [ModelRequest] { seen.withLock { $0 } }

    /// The most calls that were under way together.
    package var mostAtOnce: Int { underWay.withLock { $0.most } }

    package func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ReplyProgress) -> Void
    ) async throws(ModelError) -> ModelReply {
        seen.withLock { $0.append(request) }
        underWay.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        defer { underWay.withLock { $0.now -= 1 } }
        let index = taken.withLock { taken in
            defer { taken[request.place, default: 0] += 1 }
            return taken[request.place, default: 0]
        }
        guard let line = script(request.place, index) else {
            throw ModelError(.notRecorded, "the script has no reply \(index + 1) for \(request.place)")
        }
        let usage = measure?(request) ?? usage
        let cost = cost(usage.total)
        switch line {
        case .code(let code):
            progress(.code(code))
            let call = ToolCall(id: "call-\(request.place)-\(index)", code: code)
            return ModelReply(text: "", calls: [call], stop: .toolUse, usage: usage, cost: cost, model: name)
        case .text(let text):
            progress(.text(text))
            return ModelReply(text: text, stop: .endTurn, usage: usage, cost: cost, model: name)
        case .cut(let times, let text):
            for attempt in 0..<times {
                progress(.retrying(attempt: attempt + 2, seconds: 0, reason: "cut", mayHaveCost: true))
                do {
                    try await Task.sleep(for: .milliseconds(20))
                } catch {
                    throw ModelError(.cancelled, "stopped")
                }
            }
            return ModelReply(text: text, stop: .endTurn, usage: usage, cost: cost, model: name)
        case .reply(var reply):
            if let measure { reply.usage = measure(request) }
            return reply
        case .failure(let error): throw error
        case .hang:
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
            throw ModelError(.cancelled, "stopped")
        }
    }
}
