internal import LatheKernelHost
internal import LatheVocabulary

/// What `limits.kernel` of a `lathe.json` says, by name; checked, and applied over the defaults of this machine.
struct KernelSettings: Sendable {
    private var values: [String: Int] = [:]

    static let names = [
        "memoryMB", "fileMB", "temporaryMB", "workMB", "outputMB", "cpuSeconds", "cellSeconds", "processes",
        "openFiles",
    ]

    init() {}

    init(parsing value: JSONValue?, path: String) throws(CommandFailure) {
        guard let value else { return }
        guard let members = value.objectValue else {
            throw CommandFailure("\(path): limits.kernel must be an object.", exitCode: 2)
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard Self.names.contains(name) else {
                throw CommandFailure(
                    "\(path): limits.kernel has no '\(name)'. Known are \(Self.names.joined(separator: ", ")).",
                    exitCode: 2)
            }
            guard let number = value.integerValue, (1...1_000_000_000).contains(number) else {
                throw CommandFailure("\(path): limits.kernel.\(name) must be a whole number above 0.", exitCode: 2)
            }
            values[name] = number
        }
    }

    /// These settings where they say something, else those of `other`.
    func over(_ other: KernelSettings) -> KernelSettings {
        var both = other
        both.values.merge(values) { $1 }
        return both
    }

    func apply(to configuration: inout KernelHostConfiguration) {
        func set<Number: BinaryInteger>(_ name: String, times unit: Number = 1, _ apply: (Number) -> Void) {
            if let value = values[name] { apply(Number(value) * unit) }
        }
        set("memoryMB", times: 1_000_000) { configuration.limits.memoryBytes = $0 }
        set("fileMB", times: 1_000_000) { configuration.limits.fileBytes = $0 }
        set("temporaryMB", times: 1_000_000) { configuration.limits.temporaryBytes = $0 }
        set("workMB", times: 1_000_000) { configuration.workBytes = $0 }
        set("outputMB", times: 1_000_000) { configuration.output.file = $0 }
        set("cpuSeconds") { configuration.limits.cpuSeconds = $0 }
        set("processes") { configuration.limits.processes = $0 }
        set("openFiles") { configuration.limits.openFiles = $0 }
        set("cellSeconds") { (seconds: Int) in configuration.cellTime = .seconds(seconds) }
    }
}
