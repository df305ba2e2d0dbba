internal import Synchronization

/// Whether the work under way is stopped as an end of lathe would stop it: nothing of it is over, and the journal does not say so.
/// Safe from any thread.
final class LeaveTaking: Sendable {
    private let left = Atomic(false)

    var isLeft: Bool { left.load(ordering: .acquiring) }

    func leave() { left.store(true, ordering: .releasing) }
}
