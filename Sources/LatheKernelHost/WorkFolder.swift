private import CSandbox
private import Glibc
internal import LatheVocabulary
internal import Synchronization

/// The files that a session's code keeps: measured while its cells run and after them, since no quota can be had without
/// rights.
final class WorkFolder: Sendable {
    let path: String
    let limit: Int
    /// The number of the file system that it is on.
    let device: UInt64
    /// What a folder that is too full already held before a cell: it must still be cleaned by one.
    private struct Before {
        /// After the last cell.
        var named = 0
        /// At the first look in this one.
        var nameless = 0
        var cell: SandboxRoll.Work?
        /// Whether there were too many files before the cell, and at the last look.
        var (wasCrowded, isCrowded) = (false, false)
    }

    private let before = Mutex(Before())

    /// Folders with more entries are measured in part.
    private static let maximumEntries = 20_000
    /// More are as good as a full disk: each takes one of the names that the file system has.
    private static let maximumFiles = 200_000

    init(path: String, limit: Int) {
        self.path = path
        self.limit = limit
        var status = stat()
        device = stat(path, &status) == 0 ? UInt64(status.st_dev) : 0
    }

    /// Says on a cell's standard error that too much is kept.
    func check(_ result: inout CellResult) {
        let (bytes, isWhole) = measured(upTo: Self.maximumEntries)
        before.withLock { $0.named = bytes }
        guard bytes > limit || !isWhole else { return }
        let size = "\(bytes / 1_000_000) MB" + (isWhole ? "" : " and more, in more than \(Self.maximumEntries) files")
        let note =
            "[the work folder holds \(size); its limit is \(KernelLimit.disk.text(limit)) (limit disk). "
            + "Remove files that are no longer needed; \(KernelLimit.disk.mend).]\n"
        result.stderr.bytes += note.utf8.count
        if result.stderr.tail.isEmpty { result.stderr.head += note } else { result.stderr.tail += note }
    }

    /// What to do about a folder that grew over its limit, files without a name included: the cell that did it is interrupted.
    func verdict(_ roll: SandboxRoll, namelessBytes: UInt64) -> ResourceVerdict? {
        let (named, isWhole) = measured(upTo: Self.maximumFiles)
        let bytes = named + Int(clamping: namelessBytes)
        guard let kernel = roll.kernels.first(where: { $0.role == .session && $0.work != nil }) else { return nil }
        let (least, wasCrowded) = before.withLock { before in
            defer { before.isCrowded = !isWhole }
            if before.cell != kernel.work {
                (before.cell, before.nameless) = (kernel.work, Int(clamping: namelessBytes))
                before.wasCrowded = before.isCrowded
            }
            return (before.named + before.nameless, before.wasCrowded)
        }
        guard (bytes > limit && bytes > least + limit / 20) || (!isWhole && !wasCrowded) else { return nil }
        let size = isWhole ? KernelLimit.disk.text(bytes) : "more than \(Self.maximumFiles) files"
        return .interrupt(
            kernel: kernel.number,
            reason: "the work folder holds \(size), more than its limit (limit disk=\(KernelLimit.disk.text(limit))). "
                + "Remove files that are no longer needed; \(KernelLimit.disk.mend)")
    }

    private func measured(upTo entries: Int) -> (bytes: Int, isWhole: Bool) {
        var isWhole = true
        let bytes = lathe_folder_bytes(path, entries, &isWhole)
        return (Int(clamping: bytes), isWhole)
    }
}
