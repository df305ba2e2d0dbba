internal import LatheVocabulary

/// How much memory a process of a kernel holds, as Linux counts it.
enum ProcessMemory {
    /// Walks the process's page tables: some milliseconds per gigabyte. Nil where this process may not look.
    static func use(of process: Int32) -> KernelMemory? {
        let text = ProcFile.text("/proc/\(process)/smaps_rollup", upTo: 8192)
        guard let resident = bytes("Rss:", text), let share = bytes("Pss:", text) else { return nil }
        let alone = (bytes("Private_Clean:", text) ?? 0) + (bytes("Private_Dirty:", text) ?? 0)
        return KernelMemory(resident: resident, share: share, alone: alone)
    }

    /// From counters and the list of maps, no page is looked at. Nil where the process has ended.
    static func resident(of process: Int32) -> ResidentMemory? {
        let status = ProcFile.text("/proc/\(process)/status", upTo: 8192)
        guard let resident = bytes("VmRSS:", status), let anonymous = bytes("RssAnon:", status) else { return nil }
        let files = ProcessUse.mappedFiles(of: process).map { ($0.key.inode, Int(clamping: $0.value)) }
        return ResidentMemory(
            bytes: resident, anonymous: anonymous + (bytes("VmSwap:", status) ?? 0),
            files: Dictionary(files) { max($0, $1) })
    }

    private static func bytes(_ label: String, _ text: String) -> Int? {
        ProcFile.number(after: label, in: text).map { Int(clamping: $0) * 1024 }
    }
}
