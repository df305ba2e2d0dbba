private import Synchronization

/// The numbers of a session's kernels, which are their epochs: each is given once, whichever template forks the kernel.
package final class KernelNumbers: Sendable {
    private let last = Mutex(0)

    package init() {}

    func next() -> Int {
        last.withLock { last in
            last += 1
            return last
        }
    }
}
