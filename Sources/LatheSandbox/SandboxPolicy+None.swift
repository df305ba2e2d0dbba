private import CSandbox
private import Glibc

/// Whether kernels run behind a sandbox of their own.
package enum SandboxArrangement: String, Sendable, Hashable, Codable {
    case bubblewrap
    /// Asked for by the user, for one run: kernels are processes of the user's, confined by what Landlock, the filter of
    /// system calls and limits can do alone.
    case none
}

extension SandboxPolicy {
    /// Where its kernels find things.
    package var paths: KernelPaths {
        switch arrangement {
        case .bubblewrap: .sandbox
        case .none:
            Self.bare(
                like: KernelPaths(
                    environment: environment, python: python, work: work, temporary: temporary,
                    sharedMemory: nil, settings: [], data: [])
            ).with(data: inputs)
        }
    }

    /// The paths before those of a session are known: what is the same for every one without a sandbox.
    package static func bare(like paths: KernelPaths) -> KernelPaths {
        var bare = paths
        bare.sharedMemory = nil
        bare.settings = settings + ["/etc/passwd", "/etc/group", "/etc/nsswitch.conf"]
        bare.data = []
        return bare
    }

    /// Starts the template without a sandbox: an empty environment, closed descriptors, and never as root.
    func launchBare(control: Int32, log: Int32) throws(SandboxError) -> SandboxedProcess {
        let user = geteuid() == 0 ? Self.unprivilegedUser : geteuid()
        for path in [environment, python, kernelProgram] + inputs {
            guard Self.canReach(path, as: user) else { throw Self.unreachable(path, user) }
        }
        for folder in [work, temporary] {
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
                throw SandboxError(.system, "the folder \(folder) cannot be made", underlying: errno)
            }
            if geteuid() == 0, chown(folder, user, user) < 0 {
                throw SandboxError(.system, "\(folder) cannot be given to the kernels' user", underlying: errno)
            }
            guard Self.canReach(folder, as: user) else { throw Self.unreachable(folder, user) }
        }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        let settings = environmentVariables.map { "\($0.name)=\($0.value)" }
        return try Self.spawn(
            ["/usr/bin/env"] + settings + programArguments, descriptors: [null, log, log, control], staged: [],
            dropping: geteuid() == 0 ? .user : .nothing)
    }

    /// Whether a user may walk to a path and read it, by its modes: nobody's groups count for an unprivileged user.
    static func canReach(_ path: String, as user: UInt32) -> Bool {
        guard user == unprivilegedUser else { return access(path, R_OK) == 0 }
        guard let real = realpath(path, nil) else { return false }
        defer { free(real) }
        var walked = ""
        for name in String(cString: real).split(separator: "/") {
            var status = stat()
            walked += "/\(name)"
            guard stat(walked, &status) == 0 else { return false }
            let needed: mode_t = status.st_mode & S_IFMT == S_IFDIR ? 0o001 : 0o004
            let own: mode_t = status.st_mode & S_IFMT == S_IFDIR ? 0o100 : 0o400
            guard status.st_mode & needed == needed || (status.st_uid == user && status.st_mode & own == own) else {
                return false
            }
        }
        return true
    }

    private static func unreachable(_ path: String, _ user: UInt32) -> SandboxError {
        SandboxError(
            .sourceUnreadable,
            "\(path) cannot be reached by user \(user), as which kernels run"
                + (user == unprivilegedUser
                    ? ": they never run as root. Make it readable (chmod o+rx, its folders too), " : ". ")
                + (user == unprivilegedUser
                    ? "or run lathe as an ordinary user who may read it" : "Make it readable for you"))
    }
}
