private import Glibc
private import Synchronization

/// A file descriptor that is closed when its last reference goes, unless somebody took it over.
package final class OwnedDescriptor: Sendable {
    private let number: Atomic<Int32>

    package init(_ number: Int32) { self.number = Atomic(number) }

    deinit { close() }

    /// The descriptor's number, -1 once it is closed or taken over. Valid only while this reference lives.
    package var raw: Int32 { number.load(ordering: .acquiring) }

    /// Hands the descriptor to the caller, who closes it from now on.
    package func release() -> Int32 { number.exchange(-1, ordering: .acquiringAndReleasing) }

    /// Closes the descriptor now; later calls do nothing.
    package func close() {
        let taken = release()
        if taken >= 0 { _ = Glibc.close(taken) }
    }
}
