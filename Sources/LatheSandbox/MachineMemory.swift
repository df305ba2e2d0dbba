private import Glibc

/// How much memory there is for this process and all that it starts.
enum MachineMemory {
    /// The machine's, or less where a control group around this process has a limit of its own, as in a container.
    static var bytes: UInt64 {
        let physical = UInt64(max(sysconf(Int32(_SC_PHYS_PAGES)), 1)) * UInt64(sysconf(Int32(_SC_PAGESIZE)))
        return min(physical, limits(of: text("/proc/self/cgroup")).map(text).compactMap(number).min() ?? .max)
    }

    /// The files that hold the limits of the groups of a process, as /proc/PID/cgroup lists them, up to the root.
    static func limits(of groups: String) -> [String] {
        groups.split(separator: "\n").flatMap { line -> [String] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            switch parts[1] {
            case "": return above(parts[2]).map { "/sys/fs/cgroup\($0)/memory.max" }
            case "memory": return above(parts[2]).map { "/sys/fs/cgroup/memory\($0)/memory.limit_in_bytes" }
            default: return []
            }
        }
    }

    /// `/a/b`, `/a` and the empty path of the root.
    private static func above(_ path: Substring) -> [String] {
        let names = path.split(separator: "/")
        return (0...names.count).map { "/" + names.dropLast($0).joined(separator: "/") }.map { $0 == "/" ? "" : $0 }
    }

    /// Nil for `max`.
    private static func number(_ text: String) -> UInt64? {
        UInt64(text.prefix { $0.isNumber }).flatMap { $0 > 0 ? $0 : nil }
    }

    private static func text(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let length = max(read(file, &bytes, bytes.count), 0)
        return String(decoding: bytes.prefix(length), as: UTF8.self)
    }
}
