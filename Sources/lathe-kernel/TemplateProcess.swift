private import CPython
private import CSandbox
private import Glibc
private import LatheSandbox
private import LatheVocabulary
private import LatheWire

/// The template: a warm interpreter that forks kernels, reaps them and reports their ends. It runs no user code itself.
///
/// Single-threaded; it waits on the control socket and its children, and ends, with all of them, when the socket closes.
struct TemplateProcess: ~Copyable {
    private struct Child {
        var kernel: Int
        var process: pid_t
        var pidfd: Int32
        /// What goes with it and its last copy; nil for a session's kernel.
        var folder: String?
    }

    private var control: FrameConnection
    private var children: [Child] = []
    /// Counts ends of children, orphans of kernels among them.
    private let events: OwnedDescriptor
    /// Whether there is more to import, for the kernels that are forked later.
    private var isExtending = true
    private let arguments: TemplateArguments

    private init(arguments: TemplateArguments, events: OwnedDescriptor) {
        self.arguments = arguments
        self.events = events
        control = FrameConnection(socket: OwnedDescriptor(SandboxLayout.controlDescriptor), bufferSize: 1 << 12)
    }

    /// Starts the interpreter and serves until lathe goes. Returns the process's exit code.
    static func run(arguments: [String]) -> Int32 {
        guard let arguments = TemplateArguments(arguments) else {
            return complain("lathe-kernel is started by lathe, inside its sandbox; it is not a command of its own.", 2)
        }
        _ = lathe_close_from(SandboxLayout.controlDescriptor + 1, false)
        let started = ContinuousClock.now
        var problem = [CChar](repeating: 0, count: 512)
        var channel = lathe_channel(
            receive: receiveFrame(into:), send: sendFrame, reopen: reopenChannel, waits: frameWaits)
        guard
            lathe_python_start(
                arguments.paths.interpreter, arguments.paths.python, &channel, &problem, problem.count) == 0
        else {
            let text = String(decoding: problem.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return complain(text, 3)
        }
        guard lathe_python_warm() == 0 else { return complain("lathe_kernel.boot.warm() failed", 4) }
        let events = lathe_take_over_orphans()
        guard events >= 0 else { return complain("taking over orphans: \(String(cString: strerror(errno)))", 6) }
        var template = TemplateProcess(arguments: arguments, events: OwnedDescriptor(events))
        do throws(WireError) {
            try template.announce(since: started)
            return try template.serve()
        } catch {
            return complain("the control socket failed: \(error.reason)", 5)
        }
    }

    private static func complain(_ text: String, _ code: Int32) -> Int32 {
        let line = Array("lathe-kernel: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        return code
    }

    private mutating func announce(since start: ContinuousClock.Instant) throws(WireError) {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let payload: JSONValue = [
            "python": .string(String(cString: lathe_python_version())), "seconds": .number(seconds),
        ]
        try control.send(Frame(.templateReady, text: payload.text))
    }

    /// Imports a part of what some kernels need, for those that are forked from now on.
    private mutating func extend() throws(WireError) {
        var failed = false
        let packages = lathe_python_extend(&failed)
        defer { free(packages) }
        isExtending = packages == nil && !failed
        guard !isExtending else { return }
        let listed = packages.flatMap { try? JSONValue(parsing: String(cString: $0)) }
        try report(.templateReady, ["packages": listed?["packages"] ?? [:]])
    }

    private mutating func serve() throws(WireError) -> Int32 {
        var isOpen = true
        // Nobody waits for an import: it begins once nothing was asked for some time, as while a model is asked, and
        // goes on while nothing is and a processor is free for it. Where none is for long, kernels would each import it.
        var (patience, deferrals) = (Self.rest, 0)
        while isOpen {
            guard wait(milliseconds: isExtending ? patience : -1) else {
                if Processors.areTaken, deferrals < Self.mostDeferrals {
                    (patience, deferrals) = (Self.rest, deferrals + 1)
                } else {
                    patience = 0
                    try extend()
                }
                continue
            }
            patience = Self.rest
            if control.hasOutgoing { try control.flush() }
            isOpen = try takeFrames()
            try reap()
        }
        for child in children { kill(child.process, SIGKILL) }
        return 0
    }

    /// Milliseconds.
    private static let rest: Int32 = 1_000
    /// So often an import waits for a processor, in all.
    private static let mostDeferrals = 10

    /// False when the time passed and nothing came.
    private func wait(milliseconds: Int32) -> Bool {
        var watched = [pollfd(fd: control.socket.raw, events: Int16(POLLIN), revents: 0)]
        if control.hasOutgoing { watched[0].events |= Int16(POLLOUT) }
        watched.append(pollfd(fd: events.raw, events: Int16(POLLIN), revents: 0))
        let isReady = poll(&watched, nfds_t(watched.count), milliseconds) != 0
        var count: UInt64 = 0
        _ = read(events.raw, &count, 8)
        return isReady
    }

    /// Handles what has arrived; false once lathe has closed the socket or asked for the end.
    private mutating func takeFrames() throws(WireError) -> Bool {
        while true {
            switch try control.next() {
            case .empty: return true
            case .end: return false
            case .frame(let frame) where frame.kind == .fork: try fork(frame)
            case .frame(let frame) where frame.kind == .adopt: try adopt(frame)
            case .frame(let frame): return frame.kind != .shutdown
            }
        }
    }

    private mutating func fork(_ frame: Frame) throws(WireError) {
        guard let order = try? JSONValue(parsing: frame.payload), let kernel = order["kernel"]?.integerValue,
            let role = order["role"]?.stringValue.flatMap(KernelRole.init(rawValue:)), frame.descriptors.count == 3
        else {
            return try report(.forked, ["kernel": -1, "error": "not a fork order"])
        }
        // What fails to be imported here is imported by the kernel, where the code that needs it is told.
        if isExtending, order["data"]?.boolValue == true { _ = lathe_python_prepare_data() }
        let confinement = KernelConfinement(
            role: role, kernel: kernel, limits: arguments.limits, arrangement: arguments.arrangement,
            paths: arguments.paths)
        let process = lathe_python_fork()
        if process == 0 {
            _ = control.socket.release()
            exit(KernelProcess.run(confinement, descriptors: frame.descriptors.map { $0.release() }))
        }
        guard process > 0 else { return try refuse(kernel, Self.failed("fork")) }
        try take(kernel, process, folder: role == .subtask ? confinement.temporary : nil)
    }

    /// Takes a copy that a kernel made of itself for a kernel of its own: reaped, reported and ended like all others.
    ///
    /// The number comes from a kernel, so it counts for nothing by itself: it must be an orphan of that very kernel, which
    /// its process group tells, since nothing in a kernel can leave it.
    private mutating func adopt(_ frame: Frame) throws(WireError) {
        guard let order = try? JSONValue(parsing: frame.payload), let kernel = order["kernel"]?.integerValue,
            let origin = order["origin"]?.integerValue, let number = order["process"]?.integerValue
        else {
            return try report(.forked, ["kernel": -1, "error": "not an order to adopt"])
        }
        let process = pid_t(exactly: number) ?? -1
        guard let parent = children.first(where: { $0.kernel == origin }) else {
            return try refuse(kernel, "its origin has ended")
        }
        let group = parent.process
        guard lathe_is_child(process), getpgid(process) == group, !children.contains(where: { $0.process == process })
        else {
            return try refuse(kernel, "process \(number) is no copy that kernel \(origin) made")
        }
        guard setpgid(process, process) == 0 else {
            let failure = Self.failed("setpgid")
            kill(process, SIGKILL)
            return try refuse(kernel, failure)
        }
        try take(kernel, process, folder: parent.folder)
    }

    /// Lists a child and hands its pidfd to lathe.
    private mutating func take(_ kernel: Int, _ process: pid_t, folder: String?) throws(WireError) {
        let pidfd = lathe_pidfd_open(process)
        let passed = dup(pidfd)
        guard pidfd >= 0, passed >= 0 else {
            let failure = Self.failed("pidfd_open")
            kill(process, SIGKILL)
            if pidfd >= 0 { close(pidfd) }
            return try refuse(kernel, failure)
        }
        children.append(Child(kernel: kernel, process: process, pidfd: pidfd, folder: folder))
        try report(.forked, ["kernel": .integer(kernel)], descriptors: [OwnedDescriptor(passed)])
    }

    private static func failed(_ call: String) -> String { "\(call): \(String(cString: strerror(errno)))" }

    private mutating func refuse(_ kernel: Int, _ reason: String) throws(WireError) {
        try report(.forked, ["kernel": .integer(kernel), "error": .string(reason)])
    }

    private mutating func report(
        _ kind: FrameKind, _ payload: JSONValue, descriptors: [OwnedDescriptor] = []
    ) throws(WireError) {
        try control.send(Frame(kind, text: payload.text, descriptors: descriptors))
    }

    /// Reaps what has ended: kernels, which are reported and whose process groups are killed, and orphans that code in
    /// them left behind.
    private mutating func reap() throws(WireError) {
        while true {
            let process = lathe_ended_child()
            guard process > 0 else { return }
            guard let index = children.firstIndex(where: { $0.process == process }) else {
                _ = waitpid(process, nil, 0)
                continue
            }
            let child = children.remove(at: index)
            var end = lathe_exit()
            _ = lathe_reap(child.pidfd, &end)
            kill(-process, SIGKILL)
            close(child.pidfd)
            let how: (key: String, value: JSONValue) = (end.exited ? "code" : "signal", .integer(Int(end.code)))
            remove(child.folder)
            try report(.exited, ["kernel": .integer(child.kernel), how.key: how.value])
        }
    }

    /// Takes away what a subtask's kernel left in memory, once no copy of it lives. A child does it, however much that is,
    /// and is reaped like all others.
    private func remove(_ folder: String?) {
        guard let folder, !children.contains(where: { $0.folder == folder }) else { return }
        // Most leave nothing in it, and a child is a fork of all that the template has imported.
        guard rmdir(folder) != 0, errno != ENOENT else { return }
        _ = lathe_remove_in_background(folder)
    }
}
