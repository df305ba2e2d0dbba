package import LatheVocabulary
import Synchronization

/// A model that gives the replies of a recording again, found by place and turn. Costs nothing.
///
/// A place and turn that was recorded once always gives that reply; one that was recorded several times (several tasks of
/// a session) gives its replies in their order, each once.
package final class ReplayModel: LanguageModel {
    private struct Key: Hashable, Sendable {
        var place: Place
        var turn: Int
    }

    package let name: String
    package let codeForm: CodeForm
    package var isReplay: Bool { true }
    /// As it was when it was recorded, so that the conversation is made shorter at the same turns.
    package var contextWindow: ContextWindow { header.contextWindow ?? .unlimited }
    package let header: Recording.Header
    /// Characters a second; nil for no delay at all.
    private let pace: Double?
    private let replies: [Key: [ModelReply]]
    private let given = Mutex<[Key: Int]>([:])

    package init(_ recording: Recording, name: String = "replay", codeForm: CodeForm? = nil, pace: Double? = nil) {
        self.name = name
        self.pace = pace
        header = recording.header
        replies = Dictionary(grouping: recording.entries) { Key(place: $0.place, turn: $0.turn) }
            .mapValues { $0.map(\.reply) }
        self.codeForm = codeForm ?? Self.form(of: recording)
    }

    /// Fences where no reply ever called the tool and one holds a block of Python.
    private static func form(of recording: Recording) -> CodeForm {
        let sawCalls = recording.entries.contains { !$0.reply.calls.isEmpty }
        let sawFences = recording.entries.contains { $0.reply.text.contains("```python") }
        return sawFences && !sawCalls ? .fence : .tool
    }

    package func worstCost(inputTokens: Int, outputTokens: Int) -> Cost { .none }

    package func reply(
        to request: ModelRequest,
        progress: @escaping @Sendable (ReplyProgress) -> Void
    ) async throws(ModelError) -> ModelReply {
        var reply = try next(Key(place: request.place, turn: request.turn))
        try await stream(reply.text) { progress(.text($0)) }
        for call in reply.calls { try await stream(call.code ?? "") { progress(.code($0)) } }
        if Task.isCancelled { throw RetryPolicy.stopped }
        reply.cost = .none
        return reply
    }

    private func next(_ key: Key) throws(ModelError) -> ModelReply {
        let recorded = replies[key] ?? []
        if recorded.count == 1, let only = recorded.first { return only }
        let index = given.withLock { given in
            let index = given[key, default: 0]
            given[key] = index + 1
            return index
        }
        guard index < recorded.count else {
            let times = recorded.isEmpty ? "" : " once more than its \(recorded.count) times"
            throw ModelError(
                .notRecorded,
                "The recording has no reply for turn \(key.turn) of \(PlainText.line(key.place.description))\(times). "
                    + "Record the session again, or go on with a live model: --model."
            )
        }
        return recorded[index]
    }

    private func stream(_ text: String, _ show: (String) -> Void) async throws(ModelError) {
        var rest = text[...]
        while !rest.isEmpty {
            let piece = rest.prefix(24)
            rest = rest.dropFirst(24)
            show(String(piece))
            guard let pace, pace > 0 else { continue }
            do {
                try await Task.sleep(for: .seconds(Double(piece.count) / pace))
            } catch {
                throw RetryPolicy.stopped
            }
        }
    }
}
