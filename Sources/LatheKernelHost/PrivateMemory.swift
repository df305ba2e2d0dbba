private import Glibc

/// How much memory only one process uses, as Linux counts it.
enum PrivateMemory {
    /// The process behind a pidfd, in this process's own numbering; nil once it is gone.
    static func process(behind pidfd: Int32) -> Int32? {
        field("Pid:", of: "/proc/self/fdinfo/\(pidfd)").flatMap { $0 > 0 ? Int32(exactly: $0) : nil }
    }

    /// The bytes that its end would free: pages shared with copies and with the template are not among them.
    ///
    /// Walks the process's page tables: some milliseconds per gigabyte.
    static func bytes(of process: Int32) -> Int? {
        let path = "/proc/\(process)/smaps_rollup"
        guard let clean = field("Private_Clean:", of: path), let dirty = field("Private_Dirty:", of: path) else {
            return nil
        }
        return (clean + dirty) * 1024
    }

    private static func field(_ name: String, of path: String) -> Int? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix(name) else { continue }
            return text.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
        }
        return nil
    }
}
