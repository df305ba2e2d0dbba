private import Glibc

/// What one process of a sandbox uses, as Linux tells it from outside.
struct ProcessUse: Sendable, Hashable {
    var process: Int32
    /// Its process group: a kernel's own number, since nothing leaves a kernel's group.
    var group: Int32
    var threads: Int
    /// Time on processors so far, in the clock's ticks.
    var ticks: UInt64
    /// Memory of its own in bytes: resident anonymous pages, shared ones in full.
    var residentBytes: UInt64
    /// Memory files and shared mappings that it holds, by file, in bytes.
    var files: [FileIdentity: UInt64] = [:]
    /// Descriptors that are under way in its sockets, where nothing shows what they are.
    var underWay = 0
    /// Bytes of files on disk that it has open and that have no name any more.
    var namelessBytes: [FileIdentity: UInt64] = [:]

    /// All processes below `root`, itself included, without what they hold. Empty where it has ended.
    static func all(below root: Int32) -> [ProcessUse] {
        var found: [ProcessUse] = []
        var waiting = [root]
        while let process = waiting.popLast(), found.count < 100_000 {
            guard let use = ProcessUse(process) else { continue }
            found.append(use)
            waiting += children(of: process, threads: use.threads)
        }
        return found
    }

    private static func children(of process: Int32, threads: Int) -> [Int32] {
        var tasks = ["\(process)"]
        if threads > 1 { tasks = names(in: "/proc/\(process)/task") }
        return tasks.flatMap { task in
            ProcFile.text("/proc/\(process)/task/\(task)/children", upTo: 1 << 18).split(separator: " ").compactMap {
                Int32($0)
            }
        }
    }

    /// Nil where the process has ended.
    init?(_ process: Int32) {
        // The name in parentheses may hold anything; what follows the last one are numbers.
        let line = ProcFile.text("/proc/\(process)/stat", upTo: 4096)
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 18, fields[0] != "Z", let group = Int32(fields[2]), let threads = Int(fields[17]) else {
            return nil
        }
        self.process = process
        self.group = group
        self.threads = threads
        ticks = (UInt64(fields[11]) ?? 0) + (UInt64(fields[12]) ?? 0)
        let status = ProcFile.text("/proc/\(process)/status", upTo: 8192)
        residentBytes = (ProcFile.number(after: "RssAnon:", in: status) ?? 0) * 1024
        residentBytes += (ProcFile.number(after: "VmSwap:", in: status) ?? 0) * 1024
    }

    /// Pages that are shared with other processes counted in part: what would be free without all of them. Slower, and nil
    /// where this process may not look.
    var proportionalBytes: UInt64? {
        let text = ProcFile.text("/proc/\(process)/smaps_rollup", upTo: 8192)
        guard let pages = ProcFile.number(after: "Pss_Anon:", in: text) else { return nil }
        return (pages + (ProcFile.number(after: "SwapPss:", in: text) ?? 0)) * 1024
    }

    /// Looks at what it holds open and mapped. `disk` is the device of the work folder.
    mutating func lookAtFiles(disk: UInt64) {
        for name in Self.names(in: "/proc/\(process)/fd").prefix(8192) {
            let path = "/proc/\(process)/fd/\(name)"
            let target = Self.link(path)
            if target.hasPrefix("socket:") {
                let about = ProcFile.text("/proc/\(process)/fdinfo/\(name)", upTo: 1024)
                underWay += ProcFile.number(after: "scm_fds:", in: about).map { Int(clamping: $0) } ?? 0
            }
            guard target.hasPrefix("/memfd:") || target.hasSuffix(" (deleted)") else { continue }
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            let bytes = UInt64(max(status.st_blocks, 0)) * 512
            if target.hasPrefix("/memfd:") {
                files[FileIdentity(status)] = bytes
            } else if UInt64(status.st_dev) == disk {
                namelessBytes[FileIdentity(status)] = bytes
            }
        }
        // Of what is mapped and not open, the length of the maps is all that can be seen.
        files.merge(Self.mappedFiles(of: process)) { open, _ in open }
    }

    /// Memory files and shared mappings that a process maps, with the length of its maps in bytes.
    static func mappedFiles(of process: Int32) -> [FileIdentity: UInt64] {
        var mapped: [FileIdentity: UInt64] = [:]
        let maps = ProcFile.bytes("/proc/\(process)/maps", upTo: 1 << 22)
        // Most processes have none, and telling hundreds of lines apart takes longer than reading them.
        guard ProcFile.holds("/memfd:", in: maps) || ProcFile.holds("/dev/zero (deleted)", in: maps) else { return [:] }
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n")
        where line.contains("/memfd:") || line.hasSuffix("/dev/zero (deleted)") {
            let fields = line.split(separator: " ", maxSplits: 5)
            let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            let device = fields[3].split(separator: ":").compactMap { UInt64($0, radix: 16) }
            guard ends.count == 2, device.count == 2, let inode = UInt64(fields[4]) else { continue }
            let file = FileIdentity(device: FileIdentity.device(device[0], device[1]), inode: inode)
            mapped[file, default: 0] += ends[1] - ends[0]
        }
        return mapped
    }

    private static func names(in folder: String) -> [String] {
        guard let open = opendir(folder) else { return [] }
        defer { closedir(open) }
        var names: [String] = []
        while let entry = readdir(open) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func link(_ path: String) -> String {
        var target = [CChar](repeating: 0, count: 256)
        let length = max(readlink(path, &target, target.count), 0)
        return String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
