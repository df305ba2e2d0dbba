internal import LatheVocabulary
internal import Synchronization

/// The desks of the kernels that run, for what one place asks of the one above it. Safe from any thread.
final class LiveDesks: Sendable {
    private struct Entry {
        weak var desk: HostDesk?
    }

    private let desks = Mutex<[Place: Entry]>([:])

    func put(_ desk: HostDesk) {
        desks.withLock { desks in
            desks = desks.filter { $0.value.desk != nil }
            desks[desk.place] = Entry(desk: desk)
        }
    }

    subscript(_ place: Place) -> HostDesk? { desks.withLock { $0[place]?.desk } }
}
