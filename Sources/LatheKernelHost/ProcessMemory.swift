private import Glibc
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

    /// From counters that Linux keeps. Nil where the process has ended.
    static func residentBytes(of process: Int32) -> Int? {
        let pages = ProcFile.text("/proc/\(process)/statm", upTo: 256).split(separator: " ").dropFirst().first
        return pages.flatMap { Int($0) }.map { $0 * Int(getpagesize()) }
    }

    private static func bytes(_ label: String, _ text: String) -> Int? {
        ProcFile.number(after: label, in: text).map { Int(clamping: $0) * 1024 }
    }
}
