internal import Synchronization

/// Numbers of what the journal counts through for the whole session, each given once, also to kernels that ask at the same time: what
/// is journaled of them is read before there is an await, and written after one.
///
/// Safe from any thread; of one run of the program.
final class SessionNumbers: Sendable {
    enum Kind: Sendable {
        case specialist, plan, handoff, roundtable
    }

    private struct Given {
        var newest = 0
        /// Those that a call of this program run has, or had.
        var held: Set<Int> = []
    }

    private let given = Mutex<[Kind: Given]>([:])

    /// A number for a call: one of `unanswered`, which an earlier call journaled and whose kernel was told nothing, as long as no other
    /// call has it; else the one after `newest`, the newest that is journaled, or after the newest that was given since.
    func take(_ kind: Kind, after newest: Int, orOneOf unanswered: [Int] = []) -> Int {
        given.withLock { given in
            var own = given[kind, default: Given()]
            defer { given[kind] = own }
            if let known = unanswered.sorted().first(where: { !own.held.contains($0) }) {
                own.held.insert(known)
                return known
            }
            own.newest = max(own.newest, newest) + 1
            own.held.insert(own.newest)
            return own.newest
        }
    }

    /// Lets another call take a number up that is journaled, since the call that had it failed.
    func release(_ kind: Kind, _ number: Int) { given.withLock { _ = $0[kind]?.held.remove(number) } }

    /// Takes a number back that nothing was journaled with.
    func giveBack(_ kind: Kind, _ number: Int) {
        given.withLock { given in
            given[kind]?.held.remove(number)
            if given[kind]?.newest == number { given[kind]?.newest = number - 1 }
        }
    }
}

/// The steps of granted specialists that calls of this program run have begun, or are about to: the journal knows of them only once
/// they are answered. Safe from any thread.
final class GrantedSteps: Sendable {
    struct Step: Sendable, Hashable {
        var specialist: Int
        var step: Int
    }

    private let taken = Mutex<Set<Step>>([])

    /// False where another call has it.
    func take(_ step: Step) -> Bool { taken.withLock { $0.insert(step).inserted } }

    func giveBack(_ step: Step) { taken.withLock { _ = $0.remove(step) } }
}
