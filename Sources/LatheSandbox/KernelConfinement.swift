private import CSandbox
private import Glibc
package import LatheVocabulary

/// What one forked kernel may do inside the sandbox: less than the sandbox itself, and nothing to its siblings.
///
/// Applied by the kernel to itself, before any code of a user or model runs in it; it cannot be undone.
package struct KernelConfinement: Sendable, Hashable {
    package var role: KernelRole
    /// The template's number of this kernel; names its folders.
    package var kernel: Int
    package var limits: SandboxPolicy.Limits
    package var arrangement: SandboxArrangement
    package var paths: KernelPaths

    package init(
        role: KernelRole, kernel: Int, limits: SandboxPolicy.Limits, arrangement: SandboxArrangement = .bubblewrap,
        paths: KernelPaths = .sandbox
    ) {
        self.role = role
        self.kernel = kernel
        self.limits = limits
        self.arrangement = arrangement
        self.paths = paths
    }

    /// The kernel's own folder for files; its current directory and home. A subtask's is in memory and ends with the
    /// sandbox, so that no later subtask of the same number finds anything in it.
    package var work: String {
        switch role {
        case .session: "\(paths.work)/session"
        case .subtask: temporary
        }
    }

    /// The kernel's TMPDIR. A session's kernel has all of /tmp, a subtask's only its own folder in it.
    package var temporary: String {
        switch role {
        case .session: paths.temporary
        case .subtask: "\(paths.temporary)/subtask-\(kernel)"
        }
    }

    package struct Rule: Sendable, Hashable {
        package enum Access: Sendable { case read, run, write, device }
        package var path: String
        package var access: Access
    }

    /// What may be reached; all else is refused, even where the sandbox shows it.
    package var rules: [Rule] {
        var rules = ["/usr", "/lib", "/lib64", "/bin", "/sbin", paths.environment].map {
            Rule(path: $0, access: .run)
        }
        rules += (paths.settings + ["/proc", paths.python]).map { Rule(path: $0, access: .read) }
        rules += ["null", "zero", "full", "random", "urandom"].map { Rule(path: "/dev/\($0)", access: .device) }
        rules += Set([work, temporary]).sorted().map { Rule(path: $0, access: .write) }
        if role == .session {
            rules += paths.data.map { Rule(path: $0, access: .read) }
            if let shared = paths.sharedMemory { rules.append(Rule(path: shared, access: .write)) }
        }
        return rules
    }

    /// Whether the kernel may start programs of the system. A subtask works on its slices and needs none.
    package var mayStartPrograms: Bool { role == .session }

    /// Makes the kernel's folders and confines this process. The order matters: Landlock and the filter of system calls
    /// need no_new_privs, the filter refuses Landlock's own calls, and the limits are set last, so that nothing of the
    /// set-up fails by them.
    package func apply() throws(SandboxError) {
        for folder in [temporary, work] where mkdir(folder, 0o700) < 0 && errno != EEXIST {
            throw Self.failed("making the folder \(folder)")
        }
        guard chdir(work) == 0 else { throw Self.failed("entering the folder \(work)") }
        guard lathe_end_with_parent() == 0 else { throw Self.failed("ending with the template") }
        offerForMemory()
        guard lathe_no_new_privileges() == 0 else { throw Self.failed("setting no_new_privs") }
        guard lathe_drop_capabilities() == 0 else { throw Self.failed("dropping capabilities") }
        if lathe_landlock_version() > 0 { try confineFiles() }
        // Without a sandbox the user has been told what is missing; with one, nothing may be.
        guard lathe_filter_system_calls(mayStartPrograms) == 0 || arrangement == .none else {
            throw Self.failed("filtering system calls")
        }
        var values = lathe_limits(
            data_bytes: limits.memoryBytes, file_bytes: limits.fileBytes, open_files: limits.openFiles,
            processes: limits.processes, cpu_seconds: limits.cpuSeconds)
        guard lathe_set_limits(&values) == 0 else { throw Self.failed("setting resource limits") }
    }

    /// Where the machine's memory runs out after all, Linux ends kernels before lathe and the user's other programs.
    private func offerForMemory() {
        let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, "500", 3)
        close(file)
    }

    private func confineFiles() throws(SandboxError) {
        let paths = rules.map { strdup($0.path) }
        defer { for path in paths { free(path) } }
        let native = zip(rules, paths).map { rule, path in
            lathe_path_rule(path: UnsafePointer(path), access: Self.flags(rule.access))
        }
        guard lathe_landlock_confine(native, native.count) == 0 else { throw Self.failed("applying Landlock") }
    }

    private static func flags(_ access: Rule.Access) -> UInt32 {
        let flags =
            switch access {
            case .read: LATHE_ACCESS_READ
            case .run: LATHE_ACCESS_READ | LATHE_ACCESS_EXECUTE
            case .write: LATHE_ACCESS_READ | LATHE_ACCESS_WRITE
            case .device: LATHE_ACCESS_READ | LATHE_ACCESS_DEVICE
            }
        return UInt32(flags)
    }

    private static func failed(_ step: String) -> SandboxError {
        let cause = errno
        return SandboxError(.system, "\(step): \(String(cString: strerror(cause)))", underlying: cause)
    }
}
