internal import LatheVocabulary
internal import Synchronization

/// The budgets of the subtasks that run, for who changes one meanwhile. Safe from any thread.
final class LiveBudgets: Sendable {
    private let budgets = Mutex<[Place: Budget]>([:])

    func begin(_ place: Place, _ budget: Budget) { budgets.withLock { $0[place] = budget } }

    func end(_ place: Place) { budgets.withLock { $0[place] = nil } }

    subscript(_ place: Place) -> Budget? { budgets.withLock { $0[place] } }
}
