internal import LatheVocabulary
internal import Synchronization

/// The kernels of all places that ended on their own, once the journal has it. Safe from any thread.
final class RecordedLosses: Sendable {
    private let losses = Mutex<[KernelEpoch: KernelLoss]>([:])

    func put(_ loss: KernelLoss) { losses.withLock { $0[loss.epoch] = loss } }

    /// Waits until the loss of a kernel that has ended is in the journal. Nil where it is not told within five seconds, or the
    /// task is cancelled.
    func loss(of epoch: KernelEpoch) async -> KernelLoss? {
        for _ in 0..<1_000 {
            if let loss = losses.withLock({ $0[epoch] }) { return loss }
            guard !Task.isCancelled else { return nil }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }
}
