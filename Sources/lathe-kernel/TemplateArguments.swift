internal import LatheSandbox

/// What `lathe-kernel` is started with. It is started by lathe alone, inside the sandbox.
struct TemplateArguments: Sendable, Hashable {
    var arrangement = SandboxArrangement.bubblewrap
    var paths = KernelPaths.sandbox
    var limits = SandboxPolicy.Limits()

    /// Nil where an option is unknown or lacks its value.
    init?(_ arguments: [String]) {
        guard arguments.count.isMultiple(of: 2) else { return nil }
        for index in stride(from: 0, to: arguments.count, by: 2) {
            let value = arguments[index + 1]
            let number = UInt64(value)
            switch (arguments[index], number) {
            case ("--arrangement", _):
                guard let arrangement = SandboxArrangement(rawValue: value) else { return nil }
                self.arrangement = arrangement
                if arrangement == .none { paths = SandboxPolicy.bare(like: paths) }
            case ("--environment", _): paths.environment = value
            case ("--python", _): paths.python = value
            case ("--work", _): paths.work = value
            case ("--temporary", _): paths.temporary = value
            case ("--input", _): paths.data.append(value)
            case ("--memory", .some(let bytes)): limits.memoryBytes = bytes
            case ("--file-size", .some(let bytes)): limits.fileBytes = bytes
            case ("--open-files", .some(let count)): limits.openFiles = count
            case ("--processes", .some(let count)): limits.processes = count
            case ("--cpu-seconds", .some(let seconds)): limits.cpuSeconds = seconds
            default: return nil
            }
        }
    }
}
