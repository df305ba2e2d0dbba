internal import LatheVocabulary
internal import Synchronization

/// What a place and everything below it used, added up as replies come in, and what it may still use. Safe from any thread.
final class Spending: Sendable {
    struct Sum: Sendable, Hashable {
        var usage = Usage()
        var cost = Cost.none
        var turns = 0
    }

    /// Shared by the whole tree.
    let stopped: StoppedAccounts
    /// Shared by the whole tree.
    let gates: ModelGates
    /// Shared by the whole tree.
    let main: MainModel
    private let sum = Mutex(Sum())
    private let parent: Spending?
    private let current: Mutex<Budget>

    /// The spending of a session, which is limited task by task. `rest`: seconds for which an overloaded account is left alone.
    init(rest: Double) {
        parent = nil
        gates = ModelGates()
        main = MainModel()
        stopped = StoppedAccounts(rest: rest)
        current = Mutex(Budget(BudgetLimits()))
    }

    /// `sum` is what an earlier program run used at this place; the places above count it themselves.
    init(below parent: Spending, budget: Budget, sum: Sum = Sum()) {
        self.parent = parent
        self.sum.withLock { $0 = sum }
        stopped = parent.stopped
        gates = parent.gates
        main = parent.main
        current = Mutex(budget)
    }

    var budget: Budget { current.withLock { $0 } }

    /// Begins a task with a budget of its own and another try on accounts that were stopped.
    func beginTask(_ limits: BudgetLimits) {
        current.withLock { $0 = Budget(limits) }
        stopped.clear()
    }

    /// Goes on with a task of which an earlier program run used some.
    func resumeTask(_ limits: BudgetLimits, used: Amounts, sum earlier: Sum) {
        current.withLock { $0 = Budget(limits, used: used) }
        sum.withLock { sum in
            sum.usage = sum.usage + earlier.usage
            sum.cost = sum.cost + earlier.cost
            sum.turns += earlier.turns
        }
    }

    /// Counts one reply here and in every place above.
    func add(_ reply: ModelReply) {
        sum.withLock { sum in
            sum.usage = sum.usage + reply.usage
            sum.cost = sum.cost + reply.cost
            sum.turns += 1
        }
        parent?.add(reply)
    }

    var total: Sum { sum.withLock { $0 } }
}
