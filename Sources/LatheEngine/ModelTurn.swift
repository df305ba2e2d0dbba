internal import Foundation
internal import LatheVocabulary

/// One request to a model, journaled before it is sent and when it is answered.
struct ModelTurn: Sendable {
    var model: any LanguageModel
    var log: EventLog
    var spending: Spending

    /// Asks once. The failure is journaled as `turn_failed`; only a journal that cannot be written throws.
    func ask(_ request: ModelRequest) async throws(JournalError) -> Result<ModelReply, ModelError> {
        let place = request.place
        let turn = request.turn
        try await log.record(.turnStarted(TurnStarted(turn: turn, model: model.name, request: request)), at: place)
        let started = ContinuousClock.now
        do throws(ModelError) {
            let reply = try await model.reply(to: request) { [log] progress in
                log.show(.replyProgressed(ReplyProgressed(turn: turn, progress)), at: place)
            }
            spending.add(reply)
            let finished = TurnFinished(
                turn: turn, reply: reply, seconds: started.duration(to: .now).seconds, isReplayed: model.isReplay)
            try await record(.turnFinished(finished), at: place)
            return .success(reply)
        } catch {
            let failed = TurnFailed(turn: turn, code: error.code, reason: error.reason)
            try await log.record(.turnFailed(failed), at: place)
            return .failure(error)
        }
    }

    /// A reply that arrived but cannot be journaled counts as lost: nothing may act on it.
    private func record(_ body: EventBody, at place: Place) async throws(ModelError) {
        do throws(JournalError) {
            try await log.record(body, at: place)
        } catch {
            throw ModelError(.badReply, "the reply could not be written to the journal: \(error.reason)")
        }
    }
}

extension ReplyProgressed {
    init(turn: Int, _ progress: ReplyProgress) {
        switch progress {
        case .text(let text): self.init(turn: turn, text: text)
        case .code(let code): self.init(turn: turn, code: code)
        case .retrying(let attempt, let seconds, let reason):
            let wait = (seconds * 10).rounded() / 10
            self.init(turn: turn, retry: "attempt \(attempt) in \(wait) s: \(reason)")
        }
    }
}

extension Duration {
    /// The duration in seconds.
    package var seconds: Double {
        let (whole, atto) = components
        return Double(whole) + Double(atto) / 1e18
    }
}
