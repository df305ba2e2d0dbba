internal import LatheSandbox

/// What `lathe-kernel` is started with. It is started by lathe alone, inside the sandbox.
struct TemplateArguments: Sendable, Hashable {
    var python = SandboxLayout.interpreter
    var library = SandboxLayout.python
    var limits = SandboxPolicy.Limits()

    /// Nil where an option is unknown or lacks its value.
    init?(_ arguments: [String]) {
        guard arguments.count.isMultiple(of: 2) else { return nil }
        for index in stride(from: 0, to: arguments.count, by: 2) {
            let value = arguments[index + 1]
            let number = UInt64(value)
            switch (arguments[index], number) {
            case ("--python", _): python = value
            case ("--library", _): library = value
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
