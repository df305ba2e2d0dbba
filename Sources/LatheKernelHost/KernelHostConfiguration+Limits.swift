package import LatheVocabulary

extension KernelHostConfiguration {
    /// What a kernel of the session may use, by name: the machine's defaults, and what `apply` changed.
    package var kernelLimits: KernelLimits {
        KernelLimits([
            .memory: Int(clamping: limits.memoryBytes), .file: Int(clamping: limits.fileBytes),
            .cpu: Int(clamping: limits.cpuSeconds), .openFiles: Int(clamping: limits.openFiles),
            .processes: Int(clamping: limits.processes), .tmp: Int(clamping: limits.temporaryBytes),
            .total: totalBytes, .disk: workBytes, .output: output.file, .cell: max(Int(cellTime / .seconds(1)), 1),
        ])
    }

    /// Takes over what is said; the rest stays as it is, but no kernel may use more than all of them.
    package mutating func apply(_ asked: KernelLimits) {
        for (limit, value) in asked.all {
            switch limit {
            case .memory: limits.memoryBytes = UInt64(clamping: value)
            case .total: totalBytes = value
            case .file: limits.fileBytes = UInt64(clamping: value)
            case .cpu: limits.cpuSeconds = UInt64(clamping: value)
            case .openFiles: limits.openFiles = UInt64(clamping: value)
            case .processes: limits.processes = UInt64(clamping: value)
            case .tmp:
                limits.temporaryBytes = UInt64(clamping: value)
                limits.sharedMemoryBytes = UInt64(clamping: value)
            case .disk: workBytes = value
            case .output: output.file = value
            case .cell: cellTime = .seconds(value)
            }
        }
        limits.memoryBytes = min(limits.memoryBytes, UInt64(clamping: totalBytes))
    }
}
