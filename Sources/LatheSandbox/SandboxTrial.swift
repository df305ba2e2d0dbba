private import CSandbox
private import Glibc

/// Starts `true` in a sandbox that has everything but a kernel, to learn whether this machine allows it.
enum SandboxTrial {
    /// Nil where it works; else what to do.
    static func run() -> String? {
        guard let bubblewrap = SandboxPolicy.bubblewrap else { return "install bubblewrap first" }
        var arguments = [
            bubblewrap, "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session",
            "--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--ro-bind", "/usr", "/usr", "--proc", "/proc",
            "--dev", "/dev", "--tmpfs", "/tmp",
        ]
        for folder in SandboxPolicy.systemFolders {
            if let target = SandboxPolicy.link(folder) {
                arguments += ["--symlink", target, folder]
            } else if SandboxPolicy.exists(folder) {
                arguments += ["--ro-bind", folder, folder]
            }
        }
        var pipe: [Int32] = [-1, -1]
        guard lathe_output_pipe(&pipe) == 0 else { return "no descriptors are left" }
        defer { close(pipe[0]) }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        let started = try? SandboxPolicy.spawn(
            arguments + ["/usr/bin/true"], descriptors: [null, pipe[1], pipe[1]], staged: [],
            dropping: geteuid() == 0 ? .userAndView : .nothing)
        close(null)
        close(pipe[1])
        guard let started else { return SandboxError.namespaceMend }
        return complaint(of: started, log: pipe[0])
    }

    private static func complaint(of started: SandboxedProcess, log: Int32) -> String? {
        defer { close(started.pidfd) }
        var waiting = pollfd(fd: started.pidfd, events: Int16(POLLIN), revents: 0)
        if poll(&waiting, 1, 5000) <= 0 { _ = lathe_pidfd_signal(started.pidfd, SIGKILL) }
        _ = poll(&waiting, 1, 1000)
        var end = lathe_exit()
        guard lathe_reap(started.pidfd, &end) == 1, !(end.exited && end.code == 0) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let length = max(read(log, &buffer, buffer.count), 0)
        let text = String(decoding: buffer[..<length], as: UTF8.self)
        return SandboxError(explaining: text)?.reason ?? SandboxError.namespaceMend
    }
}
