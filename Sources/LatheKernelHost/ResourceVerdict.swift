internal import LatheVocabulary

/// What has to be done because something is used up.
enum ResourceVerdict: Sendable, Hashable {
    /// The kernel is ended; the reason is a sentence.
    case end(kernel: Int, reason: String)
    /// Its cell is interrupted, and it is ended where that does not help.
    case interrupt(kernel: Int, reason: String)
}

/// Judges what a sandbox uses. Each rule names one kernel, so that the others go on.
struct ResourceJudge: Sendable {
    /// For all kernels of the session together.
    var totalBytes: Int
    /// Processes and threads of the whole sandbox.
    var processes: Int
    /// Entries that /tmp may hold: each takes memory that no limit counts.
    var temporaryEntries = 200_000
    /// What must stay free of the machine's memory.
    var machineFloor: UInt64
    /// How long descriptors may be under way in a kernel's sockets.
    var patience: Duration = .milliseconds(1500)
    /// Since when they are, by kernel.
    private var underWay: [Int: ContinuousClock.Instant] = [:]

    init(totalBytes: Int, processes: Int, temporaryEntries: Int = 200_000, machineFloor: UInt64) {
        self.totalBytes = totalBytes
        self.processes = processes
        self.temporaryEntries = temporaryEntries
        self.machineFloor = machineFloor
    }

    mutating func verdict(
        _ use: SandboxUse, _ roll: SandboxRoll, machineAvailable: UInt64, now: ContinuousClock.Instant = .now
    ) -> ResourceVerdict? {
        for kernel in roll.kernels {
            guard let own = use.kernels.first(where: { $0.number == kernel.number }),
                let limit = kernel.limits[.memory], own.sharedBytes > UInt64(limit), own.bytes > 2 * UInt64(limit)
            else { continue }
            return .end(
                kernel: own.number,
                reason: "Its memory files and shared mappings took \(text(own.sharedBytes)), with its private memory "
                    + "\(text(own.bytes)): more than twice its limit (limit memory=\(KernelLimit.memory.text(limit)) holds "
                    + "for private memory with large arrays, and as much again for these); \(KernelLimit.memory.mend).")
        }
        return together(use, roll) ?? hidden(use, now) ?? machine(use, roll, available: machineAvailable)
            ?? crowd(use, roll)
    }

    /// What is in a socket's queue has no descriptor and no map, so its memory cannot be counted.
    private mutating func hidden(_ use: SandboxUse, _ now: ContinuousClock.Instant) -> ResourceVerdict? {
        let hiding = use.kernels.filter { $0.underWay > 0 }
        underWay = underWay.filter { number, _ in hiding.contains { $0.number == number } }
        for kernel in hiding {
            let since = underWay[kernel.number, default: now]
            underWay[kernel.number] = since
            guard now - since > patience else { continue }
            return .end(
                kernel: kernel.number,
                reason:
                    "It left \(kernel.underWay) open files under way in a socket for more than \(patience / .seconds(1)) s, "
                    + "where their memory cannot be counted. Take them out at the other end at once.")
        }
        return nil
    }

    private func together(_ use: SandboxUse, _ roll: SandboxRoll) -> ResourceVerdict? {
        // What a kernel that was just ended still holds goes by itself: ending one that has little would free nothing.
        guard use.totalBytes > UInt64(totalBytes), let largest = largest(use),
            largest.bytes > UInt64(totalBytes / 10)
        else { return nil }
        if let copy = oldestCopy(roll) { return .end(kernel: copy.number, reason: Self.copyEnded) }
        return .end(
            kernel: largest.number,
            reason: "All kernels of the session together used \(text(use.totalBytes)), more than their limit (limit "
                + "total=\(KernelLimit.total.text(totalBytes))); this one used most of it, \(text(largest.bytes)). Run "
                + "fewer at a time (parallel=…) or on smaller parts; \(KernelLimit.total.mend).")
    }

    /// Whatever takes it: once the machine swaps or Linux ends processes of its choice, nobody is served.
    private func machine(_ use: SandboxUse, _ roll: SandboxRoll, available: UInt64) -> ResourceVerdict? {
        guard available < machineFloor, let largest = largest(use), largest.bytes > machineFloor else { return nil }
        if let copy = oldestCopy(roll) { return .end(kernel: copy.number, reason: Self.copyEnded) }
        return .end(
            kernel: largest.number,
            reason:
                "The machine had only \(text(available)) of memory left, and this kernel used \(text(largest.bytes)), "
                + "the most of all. Work on smaller parts, or end other programs.")
    }

    /// Processes are counted for the sandbox as a whole, so one kernel could keep the others from working.
    private mutating func crowd(_ use: SandboxUse, _ roll: SandboxRoll) -> ResourceVerdict? {
        if use.temporaryEntries > temporaryEntries, let busiest = busiest(use, roll) {
            let most = temporaryEntries
            // Those that are there stay until their folder goes: only more of them are held against another kernel.
            temporaryEntries = use.temporaryEntries + 100_000
            return .end(
                kernel: busiest.number,
                reason:
                    "There were \(use.temporaryEntries) files in /tmp, more than \(most). Write fewer and "
                    + "larger files.")
        }
        guard use.tasks >= processes - 8, roll.kernels.count > 1,
            let most = use.kernels.max(by: { $0.tasks < $1.tasks }), most.tasks > processes / 2
        else { return nil }
        return .end(
            kernel: most.number,
            reason:
                "It ran \(most.tasks) processes and threads of the \(processes) that all kernels of the session may "
                + "run (limit processes), so that the others could start none; \(KernelLimit.processes.mend).")
    }

    /// What nobody computes in goes first.
    private func oldestCopy(_ roll: SandboxRoll) -> SandboxRoll.Kernel? {
        roll.kernels.filter(\.isFrozen).min { $0.number < $1.number }
    }

    private static let copyEnded = "The memory of all kernels together was used up, and a copy is given up first."

    private func largest(_ use: SandboxUse) -> SandboxUse.Kernel? { use.kernels.max { $0.bytes < $1.bytes } }

    private func busiest(_ use: SandboxUse, _ roll: SandboxRoll) -> SandboxUse.Kernel? {
        let busy = Set(roll.kernels.filter { $0.work != nil }.map(\.number))
        return use.kernels.filter { busy.contains($0.number) }.max { $0.ticks < $1.ticks }
    }

    private func text(_ bytes: UInt64) -> String { KernelLimit.memory.text(Int(clamping: bytes)) }
}
