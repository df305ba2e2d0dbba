private import Glibc
private import LatheSandbox

/// The machine as it is now.
enum Machine {
    /// Memory that this process and its children may use at most.
    static var memoryBytes: UInt64 { SandboxPolicy.Limits.machineMemory }

    /// Memory that could be used without swapping; everything where Linux does not tell.
    static var availableBytes: UInt64 {
        let text = ProcFile.text("/proc/meminfo", upTo: 512)
        return ProcFile.number(after: "MemAvailable:", in: text).map { $0 * 1024 } ?? memoryBytes
    }

    /// Processes and threads.
    static var tasks: Int {
        let text = ProcFile.text("/proc/loadavg", upTo: 256)
        return text.split(separator: "/").dropFirst().first?.split(separator: " ").first.flatMap { Int($0) } ?? 0
    }
}
