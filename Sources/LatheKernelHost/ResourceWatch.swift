private import Foundation
private import Glibc
internal import LatheVocabulary
internal import Synchronization

/// Watches what the kernels of a session use together while they work: memory, memory files, processes and the disk.
///
/// A thread of its own looks at the machine some twenty times a second, which costs tens of microseconds, and at every process
/// once a second, or as soon as the machine's memory, processes or disk say that something happened. What has to be done is
/// done by the loop. Ends with `stop`.
final class ResourceWatch: Sendable {
    private struct State {
        var roll: SandboxRoll?
        var isAsking = false
        var isStopped = false
    }

    private let loop: HostLoop
    private let judge: ResourceJudge
    private let folder: WorkFolder
    private let state = Mutex(State())
    /// What was last seen of all kernels together, in bytes.
    private let seenBytes = Atomic<UInt64>(0)

    init(loop: HostLoop, configuration: KernelHostConfiguration, folder: WorkFolder) {
        self.loop = loop
        self.folder = folder
        let machine = Machine.memoryBytes
        judge = ResourceJudge(
            totalBytes: configuration.totalBytes, processes: Int(clamping: configuration.limits.processes),
            machineFloor: max(machine / 40, 128 << 20))
    }

    func start() {
        let thread = Thread { [self] in self.run() }
        thread.name = "lathe-watch"
        thread.stackSize = 1 << 20
        thread.start()
    }

    func stop() { state.withLock { $0.isStopped = true } }

    /// What all kernels use together, once it is three quarters of what they may; nil below.
    var pressure: MemoryUse? {
        let used = Int(clamping: seenBytes.load(ordering: .relaxed))
        return used > judge.totalBytes / 4 * 3 ? MemoryUse(used: used, limit: judge.totalBytes) : nil
    }

    private func run() {
        var judge = judge
        var looks = Looks(totalBytes: judge.totalBytes, diskBytes: folder.limit, disk: folder.path)
        while let roll = nextRoll() {
            guard looks.isDue(isBusy: roll.kernels.contains { $0.work != nil }) else { continue }
            let clock = ContinuousClock.now
            look(roll, &judge)
            looks.finished(after: .now - clock)
        }
    }

    /// Waits a moment and asks the loop how things are; nil once the watch is over.
    private func nextRoll() -> SandboxRoll? {
        while true {
            usleep(50_000)
            let (roll, mustAsk, isStopped) = state.withLock { state in
                defer { state.roll = nil }
                let mustAsk = !state.isAsking
                state.isAsking = true
                return (state.roll, mustAsk, state.isStopped)
            }
            if isStopped { return nil }
            if mustAsk, !ask() { return nil }
            if let roll { return roll }
        }
    }

    private func ask() -> Bool {
        loop.submit { [self] line in
            let roll = line.roll
            state.withLock { state in
                state.roll = roll
                state.isAsking = false
            }
        }
    }

    private func look(_ roll: SandboxRoll, _ judge: inout ResourceJudge) {
        let half = UInt64(judge.totalBytes / 2)
        let use = SandboxUse(roll, disk: folder.device) { $0 > half }
        seenBytes.store(use.totalBytes, ordering: .relaxed)
        if let verdict = judge.verdict(use, roll, machineAvailable: Machine.availableBytes) { carryOut(verdict) }
        if let verdict = folder.verdict(roll, namelessBytes: use.namelessBytes) { carryOut(verdict) }
    }

    private func carryOut(_ verdict: ResourceVerdict) { _ = loop.submit { $0.carryOut(verdict) } }
}

/// When the next look at every process is due. Looking takes at most a fifth of one processor, however many processes there are.
private struct Looks {
    let totalBytes: Int
    let diskBytes: Int
    let disk: String
    private var last: ContinuousClock.Instant?
    private var pause: Duration = .zero
    private var (available, tasks, free, names): (UInt64, Int, UInt64, UInt64) = (0, 0, 0, 0)

    init(totalBytes: Int, diskBytes: Int, disk: String) {
        (self.totalBytes, self.diskBytes, self.disk) = (totalBytes, diskBytes, disk)
    }

    mutating func isDue(isBusy: Bool) -> Bool {
        let now = (Machine.availableBytes, Machine.tasks)
        var status = statvfs()
        _ = statvfs(disk, &status)
        let (free, names) = (UInt64(status.f_bfree) * UInt64(status.f_frsize), UInt64(status.f_ffree))
        if let last {
            let since = ContinuousClock.now - last
            guard since > pause else { return false }
            let hasHappened =
                now.0 + UInt64(totalBytes / 16) < available || now.1 > tasks + 64
                || free + UInt64(diskBytes / 8) < self.free || names + 10_000 < self.names
            guard hasHappened || since > (isBusy ? .seconds(1) : .seconds(5)) else { return false }
        }
        (available, tasks, self.free, self.names) = (now.0, now.1, free, names)
        return true
    }

    mutating func finished(after duration: Duration) {
        last = .now
        pause = duration * 4
    }
}
