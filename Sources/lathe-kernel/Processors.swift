private import Glibc

/// The processors of this machine, as they can be seen from within the sandbox.
enum Processors {
    /// Whether at least as many tasks want to run now, the caller's aside, as there are processors; false where that cannot be
    /// known.
    static var areTaken: Bool {
        guard let wanting = tasksWantingToRun else { return false }
        return wanting - 1 >= sysconf(Int32(_SC_NPROCESSORS_ONLN))
    }

    /// The caller's is one of them.
    private static var tasksWantingToRun: Int? {
        let file = open("/proc/loadavg", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = read(file, &text, text.count)
        // "0.20 0.18 0.12 3/80 11206": three averages, then how many want to run, of how many there are.
        let fields = text.prefix(max(count, 0)).split(separator: UInt8(ascii: " "))
        guard fields.count > 3, let wanting = fields[3].split(separator: UInt8(ascii: "/")).first else { return nil }
        return Int(String(decoding: wanting, as: UTF8.self))
    }
}
