/// What the watch is told of a kernel.
extension KernelLine {
    /// For the watch; nil before it is a kernel of somebody's, and once it has ended.
    var roll: SandboxRoll.Kernel? {
        guard !isWaiting, !hasEnded, let process else { return nil }
        return SandboxRoll.Kernel(
            number: number, process: process, role: role, work: work, isFrozen: isFrozen, limits: limits, given: given)
    }

    private var work: SandboxRoll.Work? {
        switch phase {
        case .running(let run): SandboxRoll.Work(kernel: number, cell: run.order.cell.number)
        case .starting, .recalling, .examining: SandboxRoll.Work(kernel: number, cell: 0)
        case .waiting, .copying, .frozen, .idle, .saving, .ended: nil
        }
    }
}
