/// One thing that kernels may use up. Its raw value is its name in options, files, code and messages.
package enum KernelLimit: String, Sendable, Hashable, CaseIterable {
    /// Private memory that a kernel may add to what it starts with and to its slices.
    case memory
    /// Memory of all kernels of the session together, memory files and /tmp included.
    case total
    /// Time of one cell, its waiting for host calls not counted.
    case cell
    /// Time on processors of each process of a kernel.
    case cpu
    /// Processes and threads.
    case processes
    /// Descriptors that each process of a kernel may have open.
    case openFiles = "open_files"
    /// The largest file or memory file.
    case file
    /// What is kept of one output of a cell.
    case output
    /// The work folder of the session.
    case disk
    /// `/tmp`, and as much again in `/dev/shm`.
    case tmp

    package enum Unit: Sendable, Hashable { case bytes, seconds, count }

    package var unit: Unit {
        switch self {
        case .memory, .total, .file, .output, .disk, .tmp: .bytes
        case .cell, .cpu: .seconds
        case .processes, .openFiles: .count
        }
    }

    /// Whether it belongs to the session as a whole, so that no agent and no call can choose it.
    package var isOfSession: Bool {
        switch self {
        case .total, .disk, .tmp: true
        case .memory, .cell, .cpu, .processes, .openFiles, .file, .output: false
        }
    }

    /// What may be asked for: below it no kernel can work, above it no machine is.
    package var range: ClosedRange<Int> {
        switch self {
        case .memory: 32_000_000...(1 << 50)
        case .total: 256_000_000...(1 << 50)
        case .file, .disk: 1_000_000...(1 << 50)
        case .output: 64_000...(1 << 50)
        case .tmp: 16_000_000...(1 << 50)
        case .cell, .cpu: 1...31_536_000
        case .processes: 16...1_000_000
        case .openFiles: 32...1_000_000
        }
    }

    /// A value of it as a person writes it, such as `8GB`.
    package var example: String {
        switch unit {
        case .bytes: "\(rawValue)=8GB"
        case .seconds: "\(rawValue)=10min"
        case .count: "\(rawValue)=\(range.lowerBound * 8)"
        }
    }

    /// Where the value is set, for who has reached it.
    package var mend: String {
        let session = "the user sets it with --limit \(rawValue)=… or limits.kernel.\(rawValue) in lathe.json"
        return isOfSession ? session : session + ", a delegation with limits={\"\(rawValue)\": …}"
    }

    /// The value as it is written in options and files, such as `12.5GB`, `90s` or `1024`.
    package func text(_ value: Int) -> String {
        switch unit {
        case .count: return String(value)
        case .seconds:
            if value.isMultiple(of: 3600) { return "\(value / 3600)h" }
            return value.isMultiple(of: 60) && value >= 300 ? "\(value / 60)min" : "\(value)s"
        case .bytes:
            let units = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")]
            guard let (size, name) = units.first(where: { value >= $0.0 }) else { return "\(value)B" }
            let tenths = (Double(value) / Double(size) * 10).rounded() / 10
            return tenths == tenths.rounded() ? "\(Int(tenths))\(name)" : "\(tenths)\(name)"
        }
    }
}
