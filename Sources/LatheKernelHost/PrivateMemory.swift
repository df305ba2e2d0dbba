/// How much memory only one process uses, as Linux counts it.
enum PrivateMemory {
    /// The bytes that its end would free: pages shared with copies and with the template are not among them.
    ///
    /// Walks the process's page tables: some milliseconds per gigabyte.
    static func bytes(of process: Int32) -> Int? {
        let text = ProcFile.text("/proc/\(process)/smaps_rollup", upTo: 8192)
        guard let clean = ProcFile.number(after: "Private_Clean:", in: text),
            let dirty = ProcFile.number(after: "Private_Dirty:", in: text)
        else { return nil }
        return Int(clamping: (clean + dirty) * 1024)
    }
}
