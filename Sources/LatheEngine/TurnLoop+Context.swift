internal import LatheVocabulary

extension TurnLoop {
    /// Asks for the next reply. A conversation that is near the model's context is made shorter before; one that the provider finds
    /// too long all the same, once more.
    mutating func ask() async throws(JournalError) -> Result<ModelReply, ModelError> {
        _ = try await makesRoom(afterFailure: false)
        let first = try await send(await request())
        guard case .failure(let error) = first, error.code == .contextTooLong,
            try await makesRoom(afterFailure: true)
        else { return first }
        return try await send(await request())
    }

    /// The next request as it stands.
    func request() async -> ModelRequest {
        ModelRequest(
            place: place, turn: transcript.nextTurn, system: prompt(turn.model), messages: transcript.messages,
            state: await state(maxTurns - turnsTaken).text, codeForm: turn.model.codeForm,
            maxOutputTokens: min(maxOutputTokens, context.longestReply(window)))
    }

    private mutating func send(_ request: ModelRequest) async throws(JournalError) -> Result<ModelReply, ModelError> {
        let isUnderWay = place == .coordinator || request.turn > 1
        turn.waitsForAccount = isUnderWay ? await !turn.fallbacks.hasMore : false
        let answer = try await turn.ask(request)
        transcript.apply(.turnStarted(TurnStarted(turn: request.turn, model: turn.model.name, request: request)))
        switch answer {
        case .success(let reply):
            transcript.apply(.turnFinished(TurnFinished(turn: request.turn, reply: reply, seconds: 0)))
        case .failure(let error):
            transcript.apply(.turnFailed(TurnFailed(turn: request.turn, code: error.code, reason: error.reason)))
            guard error.code != .cancelled, try await turn.fallBack(after: request, error) else { break }
            shownWindow = nil
            _ = try await makesRoom(afterFailure: false)
            return try await send(await self.request())
        }
        return answer
    }

    var window: ContextWindow { shownWindow ?? turn.model.contextWindow }

    /// Makes the conversation shorter where it has to be; false where it was not, or cannot be.
    mutating func makesRoom(afterFailure isForced: Bool) async throws(JournalError) -> Bool {
        let request = await request()
        let before = turn.meter.estimate(of: request)
        let full = Int(Double(context.room(in: window, reply: maxOutputTokens)) * context.fullShare)
        guard isForced || before > full else { return false }
        if isForced, before < window.tokens { shownWindow = ContextWindow(max(before, 1), window.source) }
        let room = Double(context.room(in: window, reply: maxOutputTokens))
        let tokensPerByte = turn.meter.tokensPerByte
        let messages = Double(transcript.messages.reduce(0) { $0 + $1.bytes }) * tokensPerByte
        let fixed = max(Double(before) - messages, 0)
        let shrink = ContextShrink(
            transcript: transcript, rules: context, target: max(Int(room * context.targetShare - fixed), 0),
            summaryTokens: Int(room * context.summaryShare), tokensPerByte: tokensPerByte)
        guard let (stubs, summary) = shrink.step() else { return false }
        var step = ContextShrunk(
            turn: request.turn, window: window, before: before, after: 0, stubs: stubs, summary: summary,
            isForced: isForced)
        var shorter = request
        var after = transcript
        after.apply(.contextShrunk(step))
        shorter.messages = after.messages
        step.after = turn.meter.estimate(of: shorter)
        // What would not be shorter is no help, and would only cost the provider's cache.
        guard step.after < before else { return false }
        try await turn.log.record(.contextShrunk(step), at: place)
        transcript.apply(.contextShrunk(step))
        return true
    }
}
