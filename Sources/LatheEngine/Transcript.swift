package import LatheVocabulary

/// The conversation at one place, as a fold over its events: the live loop and a later program run build it alike.
package struct Transcript: Sendable, Hashable {
    package private(set) var messages: [Message] = []
    /// Turns that were started at this place, in all program runs.
    package private(set) var turns = 0
    /// Calls of the newest reply that no cell has answered yet, in order.
    private var open: [OpenCall] = []
    private var startedCell: Cell?
    /// What the task under way begins with.
    private var form: TaskForm?
    /// Where the outputs of cells stand that have not gone into a summary.
    private(set) var outputs: [OutputNote] = []
    private var established = Established()
    /// Messages that summaries took the place of, less one for the summary itself.
    private var summarised = 0
    /// What is said once every call has its answer.
    private var later: [String] = []
    /// The turn that was started and has no end yet.
    private var openTurn: Int?

    /// The hash of the project's instructions that were told last.
    private(set) var instructions: String?

    /// The recollections that were told.
    private(set) var recollections: Set<Int> = []

    /// The number of the next request: one without a reply is sent again under its own.
    package var nextTurn: Int { openTurn ?? turns + 1 }

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
        case .instructionsRead(let read):
            instructions = read.sha256
            append(.text(read.message))
            note(.task, read.message)
        case .taskSubmitted(let submitted):
            form = submitted.form
            append(.text(submitted.task))
            note(.task, submitted.task)
        case .toolsOffered(let offered): append(.text(offered.message))
        case .taskFinished(let outcome): note(.answer, outcome.answer)
        case .recalled(let recalled):
            guard let text = recalled.text else { break }
            recollections.formUnion(recalled.ids)
            append(.text(text))
        case .contextShrunk(let step): shrink(step)
        case .contextEdited(let edited): beginAnew(edited.messages, edited.text, edited.context)
        case .contextRestored(let restored): beginAnew(restored.messages, restored.text, restored.context)
        case .modelTold(let told): append(.text(told.text))
        case .stallFound(let found): if let told = found.told { append(.text(told)) }
        case .messageDelivered(let read):
            guard let text = read.text else { break }
            append(.text(text))
            note(.said, text)
            if let words = read.fromUser { note(.task, words) }
        case .turnStarted(let started):
            turns = max(turns, started.turn)
            openTurn = started.turn
        case .turnFinished(let finished):
            openTurn = nil
            append(finished.reply, turn: finished.turn)
        case .turnFailed: openTurn = nil
        case .cellStarted(let cell): startedCell = cell
        case .cellFinished(let result): append(result)
        case .rolledBack(let back):
            append(.text("\(back.sentence) \(RolledBack.notUndone)"))
            note(.said, back.sentence)
        case .kernelReplaced(let replaced):
            note(.said, replaced.sentence)
            later.append("\(replaced.sentence) \(RolledBack.notUndone)")
            tellLater()
        default: break
        }
    }

    /// Says what had to wait until each call of a reply has its answer.
    private mutating func tellLater() {
        guard open.isEmpty else { return }
        let texts = later
        later = []
        for text in texts { append(.text(text)) }
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
        note(.said, reply.text)
        for refusal in refusals { append(refusal) }
    }

    /// Takes note of something for a summary to come, as of the newest message.
    private mutating func note(_ kind: Established.Kind, _ text: String) {
        let text = kind == .task ? text : String(text.prefix(kind == .answer ? 4_000 : 600))
        established.add(kind, text, message: summarised + messages.count - 1)
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
        if startedCell.map({ $0.author != .model }) ?? false || open.isEmpty {
            let code = startedCell?.code ?? ""
            let isForm = startedCell?.author == .form
            let who = isForm ? "\(form?.instruction ?? "")\nCell" : "The user ran cell"
            let opening = "\(who) \(result.number):\n\(code)\n\nOutput:\n"
            append(.text(opening + observation.text))
            note(.task, "(ran a cell) \(code)")
            note(result, code: code, opening: opening)
        } else {
            let call = open.removeFirst()
            append(.callResult(id: call.id, text: observation.text, isError: observation.isError))
            note(result, code: call.code, opening: "")
            if result.status != .ok { skipOpenCalls() }
        }
        tellLater()
    }

    private mutating func note(_ result: CellResult, code: String, opening: String) {
        let message = messages.count - 1
        outputs.append(
            OutputNote(
                message: message, block: messages[message].blocks.count - 1, cell: result.number,
                value: result.value?.name, opening: opening))
        established.add(result, code: code, message: summarised + message)
    }

    // MARK: Becoming shorter

    /// What the first `count` messages established, with all that is summarised in them.
    func established(in count: Int) -> [Established.Item] {
        established.items.filter { $0.message < summarised + count }
    }

    private mutating func shrink(_ step: ContextShrunk) {
        for stub in step.stubs where messages.indices.contains(stub.message) {
            guard messages[stub.message].blocks.indices.contains(stub.block) else { continue }
            messages[stub.message].blocks[stub.block].replaceText(stub.text)
            for index in outputs.indices
            where outputs[index].message == stub.message && outputs[index].block == stub.block {
                outputs[index].isStub = true
            }
        }
        guard let summary = step.summary else { return }
        replace(first: summary.messages, by: summary.text)
    }

    private mutating func replace(first count: Int, by text: String) {
        guard count >= 1, count <= messages.count else { return }
        messages.replaceSubrange(0..<count, with: [Message(.user, [.text(text)])])
        outputs.removeAll { $0.message < count }
        for index in outputs.indices { outputs[index].message -= count - 1 }
        summarised += count - 1
    }

    /// An edited context takes the place of the conversation.
    private mutating func beginAnew(_ count: Int, _ text: String, _ context: EditableContext) {
        closeOpenCalls()
        replace(first: count, by: text)
        established.replace(context: context, message: summarised)
    }

    /// What takes the place of the whole conversation where it begins anew with this context.
    func anew(with context: EditableContext, heading: String, upTo bytes: Int) -> String {
        var all = established
        all.replace(context: context, message: 0)
        return ConversationSummary(all.items, upTo: bytes, heading: heading).text
    }

    /// Every call must be answered before anything else is said.
    private mutating func closeOpenCalls() {
        let calls = open
        open = []
        for call in calls {
            append(.callResult(id: call.id, text: "Not run: the work was stopped before this cell.", isError: true))
        }
        tellLater()
    }

    /// The cells after the first failed one of a reply are not run.
    private mutating func skipOpenCalls() {
        let calls = open
        open = []
        for call in calls {
            append(.callResult(id: call.id, text: "Not run: the cell before it failed.", isError: true))
        }
        tellLater()
    }
}

extension StopReason {
    /// Whether a reply that stopped so is all that its model had to say.
    var isWhole: Bool { ![.maxTokens, .refusal, .contextFull].contains(self) }
}
