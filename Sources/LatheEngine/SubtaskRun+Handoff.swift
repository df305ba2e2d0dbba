internal import LatheVocabulary

/// Subtasks that receive a handoff.
extension SubtaskRun {
    /// Runs the turns, within the time in which a receiver has to accept.
    func guarded(
        _ seat: KernelSeat, _ answers: AnswerBox, _ spending: Spending, _ own: PlacePast
    ) async throws(JournalError) -> LoopEnd {
        guard let handoff = plan.handoff else { return try await turns(seat, answers, spending, own) }
        let isHeld = { @Sendable [pauses = delegation.pauses, tools = services.tools, place] in
            pauses.holds(place) || tools?.waitsForUser(within: place) == true
        }
        return try await handoff.guarding(after: past?.seconds ?? 0, isHeld: isHeld) {
            () async -> Result<LoopEnd, JournalError> in
            do throws(JournalError) {
                return .success(try await self.turns(seat, answers, spending, own))
            } catch {
                return .failure(error)
            }
        }.get()
    }

    /// How it ends where the handoff was not taken over; nil where it was, or there is none.
    func handedOver(_ end: LoopEnd, _ partial: String?) -> Ending? {
        guard let handoff = plan.handoff else { return nil }
        switch handoff.state {
        case .accepted: return nil
        case .declined(let reason): return Ending(status: .refused, reason: "declined the handoff: \(reason)")
        case .expired:
            return Ending(
                status: .incomplete, reason: "did not accept the handoff within \(Int(handoff.within)) s",
                partial: partial)
        case .waiting:
            // Whatever else ended it says more than that.
            guard case .answered = end else { return nil }
            return Ending(status: .incomplete, reason: "answered without having accepted the handoff", partial: partial)
        }
    }
}
