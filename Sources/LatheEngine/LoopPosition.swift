internal import LatheVocabulary

/// Where the turns of a place stand in their task: a fold over its events, by which a later program run goes on from there.
struct LoopPosition: Sendable, Hashable {
    /// What the task begins with, until that has run.
    private(set) var opening: TaskOpening?
    /// Turns of the task that were answered.
    private(set) var turns = 0
    /// The newest reply, until the next request or word of the engine's follows it.
    private(set) var reply: ModelReply?
    /// Whether that reply holds code.
    private(set) var hasCode = false
    /// That code, a piece for each cell, and the results of the cells that finished.
    private(set) var codes: [String] = []
    private(set) var results: [CellResult] = []
    /// The cell that was started and has not finished.
    private(set) var underWay: Cell?
    /// The calls with effects that it had made.
    private(set) var calls = RecordedCalls()
    /// What `lathe.answer` accepted in the newest cell, unless that failed.
    private(set) var accepted: JSONValue?
    /// Results that did not fit, of cells that finished.
    private(set) var refusals: [String] = []
    /// The newest of those values, and the model's newest words, as text.
    private(set) var refused: String?
    private(set) var words: String?
    /// An answer that counts if no better one comes.
    private(set) var held: JSONValue?
    private(set) var wordless = 0
    /// What was run before the newest reply.
    private(set) var repeated = RepeatedCells()
    private(set) var lastCellWentWell = false
    private var newRefusals: [String] = []
    /// The newest value that was put as an answer.
    private var put: JSONValue?

    /// `pending` is the code that the newest reply holds, after the event was applied to the transcript.
    mutating func apply(_ body: EventBody, pending: [String]) {
        switch body {
        case .taskSubmitted(let submitted):
            self = LoopPosition()
            opening = TaskOpening(submitted.form, submitted.task)
        case .taskFinished: self = LoopPosition()
        case .turnFinished(let finished): take(finished.reply, pending)
        case .turnStarted:
            settle()
        case .turnFailed: turns += 1
        // The failed call and the one of the model that took over are one turn of the task.
        case .modelFellBack: turns -= 1
        case .stallFound: settle()
        case .modelTold(let told):
            settle()
            held = told.held ?? held
        case .rolledBack(let back):
            settle()
            if let cell = underWay, back.undone.contains(cell.number) { underWay = nil }
        case .cellStarted(let cell): start(cell)
        case .cellFinished(let result): finish(result)
        case .hostCalled(let called) where called.cell == underWay?.number:
            calls.add(called)
            if called.name == "answer" { put = called.arguments["value"] }
        case .hostAnswered(let answered): take(answered)
        case .messageSent(let message) where message.cell != nil && message.cell == underWay?.number:
            // It is sent: the call has its answer, whether or not that was written any more.
            calls.add(HostAnswered(call: message.call ?? 0, name: "send", value: message.answer))
        case .ledgerNoted(let noted) where noted.cell == underWay?.number:
            calls.add(HostAnswered(call: noted.call, name: "note", value: noted.answer))
        case .messageDelivered(let read) where read.text != nil: settle()
        case .contextEdited, .contextRestored: settle()
        case .answered(let answered): accepted = answered.value
        default: break
        }
    }

    private mutating func take(_ new: ModelReply, _ pending: [String]) {
        turns += 1
        (reply, results, accepted) = (new, [], nil)
        (hasCode, codes) = (!pending.isEmpty, pending)
        if new.stop != .refusal, !new.text.allSatisfy(\.isWhitespace) { words = new.text }
        if hasCode { wordless = 0 }
    }

    /// The loop went on from the newest reply: of words alone, it was no answer.
    private mutating func settle() {
        guard reply != nil else { return }
        reply = nil
        if hasCode {
            _ = repeated.add(codes.joined(separator: "\n"), results, window: StopRules().window)
        } else {
            wordless += 1
        }
    }

    private mutating func start(_ cell: Cell) {
        accepted = nil
        newRefusals = []
        // It lies between two turns: the newest reply was done with.
        if cell.author == .owner { settle() }
        guard cell.author != .user, cell.author != .owner else {
            // The user's own cell went between: what was under way is left.
            (underWay, reply) = (nil, nil)
            return
        }
        if underWay?.number == cell.number { calls.begin() } else { calls = RecordedCalls() }
        underWay = cell
    }

    private mutating func finish(_ result: CellResult) {
        guard underWay?.number == result.number else { return }
        underWay = nil
        opening = nil
        calls = RecordedCalls()
        results.append(result)
        lastCellWentWell = result.status == .ok
        refusals += newRefusals
        if result.status != .ok { accepted = nil }
    }

    private mutating func take(_ answered: HostAnswered) {
        calls.add(answered)
        guard answered.name == "answer", answered.value?["accepted"] == .bool(false) else { return }
        refused = put.map { $0.text.cut(to: AnswerBox.partialCharacters) }
        newRefusals.append(answered.value?["reason"]?.stringValue ?? "")
    }
}
