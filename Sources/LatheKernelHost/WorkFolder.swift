private import CSandbox
internal import LatheVocabulary

/// The files that a session's code keeps: measured after its cells, since no quota can be had without rights.
final class WorkFolder: Sendable {
    private let path: String
    private let limit: Int

    /// Folders with more entries are measured in part: looking must stay cheaper than the cell was.
    private static let maximumEntries = 20_000

    init(path: String, limit: Int) {
        self.path = path
        self.limit = limit
    }

    /// Says on a cell's standard error that too much is kept.
    func check(_ result: inout CellResult) {
        let (bytes, isWhole) = measured()
        guard bytes > limit || !isWhole else { return }
        let size = "\(bytes / 1_000_000) MB" + (isWhole ? "" : " and more, in more than \(Self.maximumEntries) files")
        let note =
            "[the work folder holds \(size); its limit is \(KernelLimit.disk.text(limit)) (limit disk). "
            + "Remove files that are no longer needed; \(KernelLimit.disk.mend).]\n"
        result.stderr.bytes += note.utf8.count
        if result.stderr.tail.isEmpty { result.stderr.head += note } else { result.stderr.tail += note }
    }

    private func measured() -> (bytes: Int, isWhole: Bool) {
        var isWhole = true
        let bytes = lathe_folder_bytes(path, Self.maximumEntries, &isWhole)
        return (Int(clamping: bytes), isWhole)
    }
}
