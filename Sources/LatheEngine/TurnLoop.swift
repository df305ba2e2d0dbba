internal import LatheVocabulary

/// How a run of turns ended.
enum LoopEnd: Sendable, Hashable {
    case answered(JSONValue)
    case turnsUsedUp
    /// The task's time, in seconds, is over.
    case timeUsedUp(Double)
    /// The model goes on without getting anywhere, or refuses.
    case stuck(String)
    case modelFailed(ModelError)
    case kernelLost(KernelError)
    case cancelled
}

/// The one loop of the engine: ask a model, run the cells it sends, show it what came out, until it answers.
///
/// The coordinator and every subtask run this same loop; a subtask's differs in its prompt, its kernel and its answer box.
struct TurnLoop: Sendable {
    var place: Place
    var seat: KernelSeat
    var turn: ModelTurn
    var answers: AnswerBox
    var system: String
    var maxTurns: Int
    var maxOutputTokens: Int
    /// Refused results after which the loop ends.
    var repairs: Int?
    /// Reads a reply without code as a result: nil where it is none, with the reason to tell the model.
    var readText: @Sendable (String) -> TextReading
    var state: @Sendable (_ turnsLeft: Int) async -> StateBlock
    var transcript: Transcript

    enum TextReading: Sendable, Hashable {
        case result(JSONValue)
        case notAResult(reason: String)
    }

    private var turnsTaken = 0
    private var wordless = 0
    private var lastCode: [String] = []
    private var lastCellWentWell = false

    init(
        place: Place, seat: KernelSeat, turn: ModelTurn, answers: AnswerBox, system: String, maxTurns: Int,
        maxOutputTokens: Int, repairs: Int?, transcript: Transcript,
        readText: @escaping @Sendable (String) -> TextReading,
        state: @escaping @Sendable (_ turnsLeft: Int) async -> StateBlock
    ) {
        self.place = place
        self.seat = seat
        self.turn = turn
        self.answers = answers
        self.system = system
        self.maxTurns = maxTurns
        self.maxOutputTokens = maxOutputTokens
        self.repairs = repairs
        self.transcript = transcript
        self.readText = readText
        self.state = state
    }

    /// Runs until an end. Throws only where the journal cannot be written, since nothing may go on unrecorded.
    mutating func run() async throws(JournalError) -> LoopEnd {
        while turnsTaken < maxTurns {
            if Task.isCancelled { return .cancelled }
            turnsTaken += 1
            let reply: ModelReply
            switch try await ask() {
            case .success(let arrived): reply = arrived
            case .failure(let error): return error.code == .cancelled ? .cancelled : .modelFailed(error)
            }
            let end =
                transcript.pendingCode.isEmpty ? try await takeText(of: reply) : try await runCells()
            if let end { return end }
        }
        return .turnsUsedUp
    }

    private mutating func ask() async throws(JournalError) -> Result<ModelReply, ModelError> {
        let request = ModelRequest(
            place: place, turn: transcript.turns + 1, system: system, messages: transcript.messages,
            state: await state(maxTurns - turnsTaken).text, codeForm: turn.model.codeForm,
            maxOutputTokens: maxOutputTokens)
        let answer = try await turn.ask(request)
        transcript.apply(.turnStarted(TurnStarted(turn: request.turn, model: turn.model.name, request: request)))
        if case .success(let reply) = answer {
            transcript.apply(.turnFinished(TurnFinished(turn: request.turn, reply: reply, seconds: 0)))
        }
        return answer
    }

    // MARK: Cells

    private mutating func runCells() async throws(JournalError) -> LoopEnd? {
        wordless = 0
        let codes = transcript.pendingCode
        lastCode = Array((lastCode + [codes.joined(separator: "\n")]).suffix(3))
        for code in codes {
            let result = try await seat.run(code, author: .model)
            transcript.apply(.cellFinished(result))
            lastCellWentWell = result.status == .ok
            if let end = try await judge(result) { return end }
            if let back = await seat.lastRollback {
                transcript.apply(.rolledBack(back))
                break
            }
            guard result.status == .ok else {
                transcript.skipOpenCalls()
                break
            }
        }
        if lastCode.count == 3, Set(lastCode).count == 1 {
            return .stuck("the model sent the same cell three times in a row")
        }
        return nil
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
                if let back = try await seat.restart() {
                    transcript.apply(.rolledBack(back))
                    break
                }
            } catch {
                return .kernelLost(error)
            }
            try await tell("A new kernel was started; only the inputs are bound in it. Avoid what killed the last one.")
        }
        if Task.isCancelled { return .cancelled }
        if let repairs, answers.refusals.count > repairs, let reason = answers.refusals.last {
            return .stuck("the result did not fit what was asked for: \(reason)")
        }
        return nil
    }

    // MARK: Replies without code

    private mutating func takeText(of reply: ModelReply) async throws(JournalError) -> LoopEnd? {
        switch reply.stop {
        case .refusal:
            let words = reply.text.singleLine(upTo: 300)
            return .stuck("the model refused" + (words.isEmpty ? ", without a reason" : ": \(words)"))
        case .contextFull: return .stuck("the conversation no longer fits into the model's context")
        default: break
        }
        if reply.calls.isEmpty, let problem = wordlessness(of: reply) {
            wordless += 1
            guard wordless <= 2 else {
                return .stuck("three replies in a row had neither code nor an answer: \(problem)")
            }
            try await tell(problem)
            return nil
        }
        guard reply.calls.isEmpty else { return refusedCalls() }
        switch reading(of: reply.text) {
        case .result(let value): return .answered(value)
        case .notAResult(let reason):
            wordless += 1
            guard wordless <= 2 else { return .stuck("three replies in a row were no result: \(reason)") }
            try await tell(reason)
            return nil
        }
    }

    /// The transcript has answered each call with why it was not run; a model that does not heed it is stopped.
    private mutating func refusedCalls() -> LoopEnd? {
        wordless += 1
        guard wordless > 2, case .callResult(_, let reason, _)? = transcript.messages.last?.blocks.last else {
            return nil
        }
        return .stuck("three replies in a row had no code that could be run: \(reason)")
    }

    /// A small model's words count only after a cell that went well: without one it has computed nothing.
    private func reading(of text: String) -> TextReading {
        guard turn.model.isSmall, !lastCellWentWell else { return readText(text) }
        return .notAResult(
            reason: "Nothing was computed yet. Reply with one ```python block that ends with lathe.answer(f\"…\").")
    }

    /// Why a reply is neither code nor an answer, as the model should be told; nil where it can be one.
    private func wordlessness(of reply: ModelReply) -> String? {
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

    private mutating func tell(_ text: String) async throws(JournalError) {
        let told = EventBody.modelTold(ModelTold(text: text))
        try await turn.log.record(told, at: place)
        transcript.apply(told)
    }
}
