internal import LatheVocabulary

/// The one loop of the engine: ask a model, run the cells it sends, show it what came out, until it answers.
///
/// The coordinator and every subtask run this same loop; a subtask's differs in its prompt, its kernel and its answer box.
struct TurnLoop: Sendable {
    var place: Place
    var seat: KernelSeat
    var turn: ModelTurn
    var answers: AnswerBox
    /// The system prompt for a model.
    var prompt: @Sendable (any LanguageModel) -> String
    var maxTurns: Int
    var maxOutputTokens: Int
    /// Refused results after which the loop ends.
    var repairs: Int?
    /// Reads a reply without code as a result: nil where it is none, with the reason to tell the model.
    var readText: @Sendable (String) -> TextReading
    var state: @Sendable (_ turnsLeft: Int) async -> StateBlock
    var stops: StopRules
    var context: ContextRules
    /// The window that the provider showed to be smaller than it was thought to be.
    var shownWindow: ContextWindow?
    /// Why an answer is not the whole one, as its model should be told once; nil where nothing is missing.
    var objection: @Sendable () async -> String?
    /// Journals what others have said to this place since the last turn, and gives it; nil where there is nothing.
    var mail: @Sendable () async throws(JournalError) -> EventBody?
    /// The next cell that the owner wants run before a turn, having waited out a pause; nil once the turn may begin.
    var taken: @Sendable (_ turn: Int) async -> TakenCells.Taken? = { _ in nil }
    var transcript: Transcript

    enum TextReading: Sendable, Hashable {
        case result(JSONValue)
        case notAResult(reason: String)
    }

    /// Where an earlier program run left off; nil once that is taken up.
    private var position: LoopPosition?
    /// What the task begins with, until that has run.
    private var opening: TaskOpening?
    private(set) var turnsTaken = 0
    private var wordless = 0
    var repeated = RepeatedCells()
    /// What its code makes of its own context; nil where it may not.
    var refining: WorkingContext?
    /// When it is told to hand its work over; nil for never.
    var handoff: HandoffRules?
    /// Sees whether the turns get on; nil where nobody looks.
    var stalls: StallWatch?
    var failedInRow = 0
    private var lastCellWentWell = false
    private var hasObjected = false

    init(
        place: Place, seat: KernelSeat, turn: ModelTurn, answers: AnswerBox,
        prompt: @escaping @Sendable (any LanguageModel) -> String, maxTurns: Int,
        maxOutputTokens: Int, repairs: Int?, transcript: Transcript, position: LoopPosition? = nil,
        opening: TaskOpening? = nil, stops: StopRules, context: ContextRules,
        objection: @escaping @Sendable () async -> String? = { nil },
        mail: @escaping @Sendable () async throws(JournalError) -> EventBody? = { nil },
        readText: @escaping @Sendable (String) -> TextReading,
        state: @escaping @Sendable (_ turnsLeft: Int) async -> StateBlock
    ) {
        self.place = place
        self.seat = seat
        self.turn = turn
        self.answers = answers
        self.prompt = prompt
        self.maxTurns = maxTurns
        self.maxOutputTokens = maxOutputTokens
        self.repairs = repairs
        self.transcript = transcript
        self.readText = readText
        self.state = state
        self.stops = stops
        self.context = context
        self.objection = objection
        self.mail = mail
        self.position = position
        self.opening = opening
        guard let position else { return }
        turnsTaken = position.turns
        wordless = position.wordless
        repeated = position.repeated
        hasObjected = position.held != nil
        lastCellWentWell = position.lastCellWentWell
    }

    /// Runs until an end. Throws only where the journal cannot be written, since nothing may go on unrecorded.
    mutating func run() async throws(JournalError) -> LoopEnd {
        if let end = try await takeUp(), try await holds(end) { return end }
        if let end = try await open(), try await holds(end) { return end }
        while turnsTaken < maxTurns {
            if Task.isCancelled { return .cancelled }
            if let end = await revive() { return end }
            if let end = try await refine() { return end }
            if let end = try await runTaken() { return end }
            turnsTaken += 1
            if let told = try await mail() { transcript.apply(told) }
            if Task.isCancelled { return .cancelled }
            let reply: ModelReply
            switch try await ask() {
            case .success(let arrived): reply = arrived
            case .failure(let error): return error.code == .cancelled ? .cancelled : .modelFailed(error)
            }
            refining?.change { $0.beginTurn() }
            if reply.stop != .refusal { answers.note(words: reply.text) }
            let end =
                transcript.pendingCode.isEmpty ? try await takeText(of: reply) : try await runCells()
            await seat.saveMemory()
            if let end, try await holds(end) { return end }
        }
        return .turnsUsedUp(maxTurns)
    }

    private mutating func holds(_ end: LoopEnd) async throws(JournalError) -> Bool {
        if case .answered(let value) = end { return try await !objects(to: value) }
        return true
    }

    /// Whether the model was told that something is missing in its answer, which counts if no better one comes.
    private mutating func objects(to value: JSONValue) async throws(JournalError) -> Bool {
        guard !hasObjected, turnsTaken < maxTurns, !Task.isCancelled, let missing = await objection() else {
            return false
        }
        hasObjected = true
        answers.hold(value)
        try await tell(missing, holding: value)
        return true
    }

    /// Finishes what an earlier program run had begun with a reply, which is not asked for again.
    private mutating func takeUp() async throws(JournalError) -> LoopEnd? {
        guard let position, let reply = position.reply else { return nil }
        self.position = nil
        guard position.hasCode else { return try await takeText(of: reply) }
        if let finished = position.results.last {
            if finished.status == .ok, let accepted = position.accepted { return .answered(accepted) }
            if let end = misfit() { return end }
        }
        return try await runPending(
            of: position.codes, after: position.results, again: position.underWay, position.calls)
    }

    /// Runs the cell with which the task begins; once more, where lathe ended in it.
    private mutating func open() async throws(JournalError) -> LoopEnd? {
        guard let opening else { return nil }
        self.opening = nil
        if Task.isCancelled { return .cancelled }
        if let end = await revive() { return end }
        let result: CellResult
        if let cell = position?.underWay, let calls = position?.calls {
            result = try await seat.runAgain(cell, with: calls)
        } else {
            transcript.apply(.cellStarted(opening.cell))
            result = try await seat.run(opening.cell.code, author: .form)
        }
        transcript.apply(.cellFinished(result))
        lastCellWentWell = result.status == .ok
        await seat.saveMemory()
        return try await judge(result)
    }

    // MARK: Cells

    private mutating func runCells() async throws(JournalError) -> LoopEnd? {
        wordless = 0
        let codes = transcript.pendingCode
        return try await runPending(of: codes)
    }

    /// Runs what the newest reply still asks for; first, again, the cell that was under way.
    private mutating func runPending(
        of codes: [String], after earlier: [CellResult] = [], again underWay: Cell? = nil,
        _ calls: RecordedCalls = RecordedCalls()
    ) async throws(JournalError) -> LoopEnd? {
        var (underWay, results) = (underWay, earlier)
        for code in transcript.pendingCode {
            if let end = await revive() { return end }
            let result: CellResult
            if let cell = underWay {
                refining?.change { $0.forget(cell.number) }
                result = try await seat.runAgain(cell, with: calls)
                underWay = nil
            } else {
                result = try await seat.run(code, author: .model)
            }
            results.append(result)
            transcript.apply(.cellFinished(result))
            refining?.change { $0.finish(result, code: code) }
            lastCellWentWell = result.status == .ok
            if let end = try await judge(result) { return end }
            if let back = await seat.lastRollback {
                transcript.apply(.rolledBack(back))
                break
            }
            guard result.status == .ok else { break }
        }
        return try await judgeProgress(codes, results)
    }

    private mutating func judge(_ result: CellResult) async throws(JournalError) -> LoopEnd? {
        switch result.status {
        case .ok:
            if let value = answers.take() { return .answered(value) }
        case .error, .interrupted:
            answers.clear()
        case .died:
            answers.clear()
            if Task.isCancelled { return .cancelled }
            do throws(KernelError) {
                transcript.apply(.kernelReplaced(try await seat.restart()))
            } catch {
                return Task.isCancelled ? .cancelled : .kernelLost(error)
            }
        }
        if Task.isCancelled { return .cancelled }
        return misfit()
    }

    /// Replaces a kernel that died between cells, before anything is asked of it.
    private mutating func revive() async -> LoopEnd? {
        do throws(KernelError) {
            if let replaced = try await seat.revive() { transcript.apply(.kernelReplaced(replaced)) }
            return nil
        } catch {
            return Task.isCancelled ? .cancelled : .kernelLost(error)
        }
    }

    private func misfit() -> LoopEnd? {
        guard let repairs, answers.refusals.count > repairs, let reason = answers.refusals.last else { return nil }
        return .stuck("the result did not fit what was asked for: \(reason)")
    }

    // MARK: Replies without code

    private mutating func takeText(of reply: ModelReply) async throws(JournalError) -> LoopEnd? {
        switch reply.stop {
        case .refusal:
            let words = reply.text.singleLine(upTo: 300)
            return .refused("the model refused" + (words.isEmpty ? ", without a reason" : ": \(words)"))
        case .contextFull:
            guard try await makesRoom(afterFailure: true) else {
                return .stuck("the conversation no longer fits into the model's context, and cannot be made shorter")
            }
        default: break
        }
        let problem: String
        if let found = wordlessness(of: reply) {
            problem = found
        } else if !reply.calls.isEmpty {
            return unusable(refusedCall, of: reply)
        } else {
            switch reading(of: reply.text) {
            case .result(let value): return .answered(value)
            case .notAResult(let reason): problem = reason
            }
        }
        if let end = unusable(problem, of: reply) { return end }
        try await tell(problem)
        return nil
    }

    /// Counts a reply that is of no use; an end where there were too many in a row.
    private mutating func unusable(_ problem: String, of reply: ModelReply) -> LoopEnd? {
        wordless += 1
        guard wordless > stops.unusableReplies else { return nil }
        let count = wordless == 3 ? "three" : "\(wordless)"
        if reply.stop == .maxTokens {
            return .cutShort(
                "\(count) replies in a row were of no use, the last one since it reached the limit of \(maxOutputTokens) output tokens and was cut"
            )
        }
        // Where words are all there is, they say best what it lacked.
        let isWords = problem == SubtaskRun.textIsNoResult && !reply.text.isEmpty
        let said = isWords ? "the last one said: \(reply.text.singleLine(upTo: 300))" : problem
        return .stuck("\(count) replies in a row had neither code that runs nor an answer: \(said)")
    }

    /// What the transcript has answered to the calls of the newest reply.
    private var refusedCall: String {
        guard case .callResult(_, let reason, _)? = transcript.messages.last?.blocks.last else { return "" }
        return reason
    }

    /// A small model's words count only after a cell that went well: without one it has computed nothing.
    private func reading(of text: String) -> TextReading {
        guard turn.model.isSmall, !lastCellWentWell else {
            let read = readText(text)
            guard case .result(.string) = read, Announcement.isOne(text, upTo: stops.announcementCharacters) else {
                return read
            }
            return .notAResult(
                reason:
                    "Your reply only says what comes next. Send the code that does it. If it is your answer, send it with lathe.answer(…)."
            )
        }
        return .notAResult(
            reason: "Nothing was computed yet. Reply with one ```python block that ends with lathe.answer(f\"…\").")
    }

    /// Why a reply is neither code nor an answer, as the model should be told; nil where it can be one.
    private func wordlessness(of reply: ModelReply) -> String? {
        guard reply.calls.isEmpty else { return nil }
        if reply.stop == .contextFull {
            return "Your reply was cut, since the conversation had filled your context. It is shorter now: go on."
        }
        if reply.stop == .maxTokens {
            return "Your reply reached its limit of output tokens and was cut. Send shorter code or a shorter answer."
        }
        if let fenced = FencedCode(in: reply.text), !fenced.isClosed {
            return "Your reply ended inside a code block, so it did not run. Send the whole block."
        }
        if reply.text.allSatisfy(\.isWhitespace) {
            return "Your reply was empty. Send code, or the answer."
        }
        return nil
    }

    mutating func tell(_ text: String, holding value: JSONValue? = nil) async throws(JournalError) {
        let told = EventBody.modelTold(ModelTold(text: text, held: value))
        try await turn.log.record(told, at: place)
        transcript.apply(told)
    }
}
