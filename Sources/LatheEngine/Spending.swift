internal import LatheVocabulary
internal import Synchronization

/// What a place and everything below it used, added up as replies come in. Safe from any thread.
final class Spending: Sendable {
    struct Sum: Sendable, Hashable {
        var usage = Usage()
        var cost = Cost.none
        var turns = 0
    }

    private let sum = Mutex(Sum())
    private let parent: Spending?

    init(below parent: Spending? = nil) {
        self.parent = parent
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
