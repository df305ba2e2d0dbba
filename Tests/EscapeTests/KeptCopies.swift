import LatheVocabulary
import Synchronization

/// The copies that kernels made of themselves while they were attempting something.
final class KeptCopies: Sendable {
    private let kept = Mutex<[any Kernel]>([])

    /// Answers a kernel that asks for a copy of itself.
    func make(of kernel: any Kernel) async -> HostReply {
        do throws(KernelError) {
            switch try await kernel.copy(hostCall: nil) {
            case .made(let copy):
                kept.withLock { $0 = Array(($0 + [copy]).suffix(3)) }
                return .value([:])
            case .refused(let obstacles): return .error("refused", "\(obstacles)")
            }
        } catch {
            return .error("failed", error.reason)
        }
    }
}

/// The kernel that is attempting something now, for its own host calls.
final class CurrentKernel: Sendable {
    let kernel = Mutex<(any Kernel)?>(nil)
}
