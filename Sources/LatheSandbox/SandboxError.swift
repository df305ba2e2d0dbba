/// Why a sandbox could not be had.
package struct SandboxError: Error, Sendable, Hashable {
    package enum Code: String, Sendable {
        case bubblewrapMissing, namespacesRefused, sourceMissing, sourceUnreadable, landlockMissing, system
    }

    package var code: Code
    /// What happened and what to do, for a person.
    package var reason: String
    /// `errno`, where the system refused.
    package var underlying: Int32?

    package init(_ code: Code, _ reason: String, underlying: Int32? = nil) {
        self.code = code
        self.reason = reason
        self.underlying = underlying
    }
}

extension SandboxError {
    /// Reads bubblewrap's own complaint, where there is one; nil where the program inside was started and failed itself.
    package init?(explaining log: String) {
        guard let line = log.split(separator: "\n").first(where: { $0.hasPrefix("bwrap: ") }) else { return nil }
        let refusals = ["namespace", "uid map", "gid map", "Operation not permitted", "mount proc", "No permissions"]
        guard refusals.contains(where: { line.contains($0) }) else {
            self.init(.system, "the sandbox could not be set up: \(line)")
            return
        }
        self.init(.namespacesRefused, "this system refuses the sandbox (\(line)). \(Self.namespaceMend)")
    }

    static let namespaceMend = """
        Allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0; \
        on Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0); in a container, run it with \
        --security-opt seccomp=unconfined --security-opt systempaths=unconfined; \
        root needs the capability SYS_ADMIN, an ordinary user does not. \(withoutSandbox)
        """

    /// Said wherever the sandbox cannot be had.
    static let withoutSandbox = """
        To go without it this one time: --sandbox none; code then runs with your rights, and 'lathe doctor --sandbox none' \
        says what is left of its confinement
        """
}
