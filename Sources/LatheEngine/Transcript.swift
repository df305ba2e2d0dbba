package import LatheVocabulary

/// The conversation at one place, as a fold over its events: the live loop and a later program run build it alike.
package struct Transcript: Sendable, Hashable {
    package private(set) var messages: [Message] = []
    /// Turns that were started at this place, in all program runs.
    package private(set) var turns = 0
    /// Calls of the newest reply that no cell has answered yet, in order.
    private var open: [OpenCall] = []
    private var startedCell: Cell?

    private struct OpenCall: Sendable, Hashable {
        var id: String
        var code: String
    }

    package init() {}

    package init(_ events: [Event], at place: Place) {
        for event in events where event.place == place { apply(event.body) }
    }

    /// The code of the newest reply that has not run yet.
    package var pendingCode: [String] { open.map(\.code) }

    package mutating func apply(_ body: EventBody) {
        switch body {
        case .taskSubmitted(let submitted): append(.text(submitted.task))
        case .modelTold(let told): append(.text(told.text))
        case .turnStarted(let started): turns = max(turns, started.turn)
        case .turnFinished(let finished): append(finished.reply, turn: finished.turn)
        case .cellStarted(let cell): startedCell = cell
        case .cellFinished(let result): append(result)
        case .rolledBack(let back): append(.text("\(back.sentence) \(RolledBack.notUndone)"))
        default: break
        }
    }

    private mutating func append(_ block: Message.Block) {
        if case .text = block { closeOpenCalls() }
        if messages.last?.role == .user {
            messages[messages.count - 1].blocks.append(block)
        } else {
            messages.append(Message(.user, [block]))
        }
    }

    private mutating func append(_ reply: ModelReply, turn: Int) {
        var blocks: [Message.Block] = []
        var refusals: [Message.Block] = []
        if reply.calls.isEmpty, reply.stop != .refusal, let fenced = FencedCode(in: reply.text), fenced.isClosed {
            if !fenced.before.isEmpty { blocks.append(.text(fenced.before)) }
            blocks.append(.call(id: "fence-\(turn)", code: fenced.code))
            open = [OpenCall(id: "fence-\(turn)", code: fenced.code)]
        } else {
            if !reply.text.isEmpty { blocks.append(.text(reply.text)) }
            for call in reply.calls {
                blocks.append(.call(id: call.id, code: call.code ?? ""))
                if call.name == "python", let code = call.code, reply.stop.isWhole {
                    open.append(OpenCall(id: call.id, code: code))
                } else {
                    refusals.append(.callResult(id: call.id, text: Self.refusal(of: call, reply.stop), isError: true))
                }
            }
        }
        messages.append(Message(.assistant, blocks.isEmpty ? [.text("(nothing)")] : blocks))
        for refusal in refusals { append(refusal) }
    }

    private static func refusal(of call: ToolCall, _ stop: StopReason) -> String {
        if stop == .maxTokens {
            return "Not run: the reply reached its limit of output tokens, so the code is cut. Send shorter code."
        }
        if !stop.isWhole { return "Not run: the reply was not finished (\(stop.rawValue))." }
        let arguments = call.rawArguments.map { " It came with: \($0.singleLine(upTo: 200))" } ?? ""
        let name = call.name == "python" ? "" : " There is no \(call.name.singleLine(upTo: 60))."
        return "Not run: there is one tool, python, with one text argument, code.\(name)\(arguments)"
    }

    private mutating func append(_ result: CellResult) {
        let observation = Observation(result)
        defer { startedCell = nil }
        if startedCell?.author == .user || open.isEmpty {
            let code = startedCell?.code ?? ""
            append(.text("The user ran cell \(result.number):\n\(code)\n\nOutput:\n\(observation.text)"))
        } else {
            let call = open.removeFirst()
            append(.callResult(id: call.id, text: observation.text, isError: observation.isError))
        }
    }

    /// Every call must be answered before anything else is said.
    private mutating func closeOpenCalls() {
        let calls = open
        open = []
        for call in calls {
            append(.callResult(id: call.id, text: "Not run: the work was stopped before this cell.", isError: true))
        }
    }

    /// The cells after the first failed one of a reply are not run.
    package mutating func skipOpenCalls() {
        let calls = open
        open = []
        for call in calls {
            append(.callResult(id: call.id, text: "Not run: the cell before it failed.", isError: true))
        }
    }
}

extension StopReason {
    /// Whether a reply that stopped so is all that its model had to say.
    var isWhole: Bool { ![.maxTokens, .refusal, .contextFull].contains(self) }
}
