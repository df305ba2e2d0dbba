internal import LatheVocabulary

/// Turns that come to nothing: told, planned anew, ended.
extension TurnLoop {
    /// Judges what the newest reply's cells came to.
    mutating func judgeProgress(
        _ codes: [String], _ results: [CellResult]
    ) async throws(JournalError) -> LoopEnd? {
        try await suggestHandoff(after: results)
        let times = repeated.add(codes.joined(separator: "\n"), results, window: stops.window)
        guard let found = stalls?.found(repeats: times) else { return nil }
        if found.step == .replanned { try await beginAfresh() }
        let event = EventBody.stallFound(found)
        try await turn.log.record(event, at: place)
        transcript.apply(event)
        return found.step == .ended ? .stalled(found.reason) : nil
    }

    /// Puts the conversation aside: what the user said and what the ledger holds takes its place.
    private mutating func beginAfresh() async throws(JournalError) {
        guard let stalls, !transcript.messages.isEmpty else { return }
        let request = await request()
        let count = transcript.messages.count
        let room = Double(context.room(in: window, reply: maxOutputTokens)) * context.summaryShare
        let bytes = min(Int(room / max(turn.meter.tokensPerByte, 0.01)), 24_000)
        let text = stalls.beginning(transcript.established(in: count), upTo: bytes)
        var step = ContextShrunk(
            turn: request.turn, window: window, before: turn.meter.estimate(of: request), after: 0, stubs: [],
            summary: ContextShrunk.Summary(messages: count, text: text), isForced: false, isFresh: true)
        var (after, fresh) = (transcript, request)
        after.apply(.contextShrunk(step))
        fresh.messages = after.messages
        step.after = turn.meter.estimate(of: fresh)
        try await turn.log.record(.contextShrunk(step), at: place)
        transcript.apply(.contextShrunk(step))
    }

    /// Tells the model to hand its work over, where so many cells failed one after the other as the rule says.
    private mutating func suggestHandoff(after results: [CellResult]) async throws(JournalError) {
        guard let handoff, let most = handoff.afterErrors else { return }
        for result in results { failedInRow = result.status == .ok ? 0 : failedInRow + 1 }
        guard failedInRow >= most else { return }
        let count = failedInRow
        failedInRow = 0
        try await tell(handoff.suggestion(after: count))
    }
}
