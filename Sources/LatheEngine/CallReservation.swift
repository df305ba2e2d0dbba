internal import LatheVocabulary
internal import Synchronization

/// What is set aside for one model call, with its retries. Safe from any thread.
///
/// An attempt that failed after a reply had begun may be charged, and nobody tells how much: its reservation is kept, and the next
/// attempt needs one of its own. Where there is no room for that, the call is stopped instead.
final class CallReservation: Sendable {
    private struct Attempts {
        /// Whose reservation is kept, since nobody told what they cost.
        var untold = 0
        var shortage: Budget.Shortage?
        var call: Task<Result<ModelReply, ModelError>, Never>?
    }

    let amounts: Amounts
    private let budget: Budget
    private let attempts = Mutex(Attempts())

    init(_ amounts: Amounts, of budget: Budget) {
        self.amounts = amounts
        self.budget = budget
    }

    var untoldAttempts: Int { attempts.withLock(\.untold) }
    var shortage: Budget.Shortage? { attempts.withLock(\.shortage) }

    /// Runs the call so that it can be stopped from `retry`; cancelling the calling task stops it too.
    func run(_ body: @escaping @Sendable () async -> Result<ModelReply, ModelError>) async
        -> Result<ModelReply, ModelError>
    {
        let call = Task { await body() }
        let isStopped = attempts.withLock { attempts in
            attempts.call = call
            return attempts.shortage != nil
        }
        if isStopped { call.cancel() }
        return await withTaskCancellationHandler {
            await call.value
        } onCancel: {
            call.cancel()
        }
    }

    /// Another attempt is about to be made. Called before the wait that precedes it.
    func retry(afterCost mayHaveCost: Bool) {
        guard mayHaveCost, !amounts.isEmpty else { return }
        budget.settle(amounts, used: amounts)
        do throws(Budget.Shortage) {
            try budget.reserve(amounts)
            attempts.withLock { $0.untold += 1 }
        } catch {
            let call = attempts.withLock { attempts in
                attempts.untold += 1
                attempts.shortage = error
                return attempts.call
            }
            call?.cancel()
        }
    }

    /// The reply is here: what was not used is given back. Usage that is only estimated keeps the whole reservation.
    func settle(_ reply: ModelReply) {
        let isTold = !reply.usage.isEstimated
        var used = amounts
        if isTold { used[.tokens] = amounts[.tokens].map { _ in reply.usage.total } }
        if isTold, case .microdollars(let cost) = reply.cost {
            used[.microdollars] = amounts[.microdollars].map { _ in cost }
        }
        // Nothing is held any more where a retry found no room, and the reply came all the same.
        budget.settle(shortage == nil ? amounts : [:], used: used)
    }

    /// The call failed for good: given back unless it may have cost something. The call itself was made.
    func settle(_ error: ModelError) {
        guard shortage == nil else { return }
        if error.mayHaveCost { attempts.withLock { $0.untold += 1 } }
        budget.settle(amounts, used: error.mayHaveCost ? amounts : amounts.filter { $0.key == .modelCalls })
    }
}
