private import CSandbox
private import Glibc

/// A sandboxed program that was started: bubblewrap, and in it the template.
package struct SandboxedProcess: Sendable {
    package var process: Int32
    /// The caller's to close. Readable once bubblewrap has ended, and with it everything inside.
    package var pidfd: Int32
}

extension SandboxPolicy {
    /// The user that a root's sandbox runs as: "nobody" on every Debian.
    package static let unprivilegedUser: UInt32 = 65534
    /// An existing folder that root's private mount covers, to make sources reachable for that user.
    static let stagingFolder = "/mnt"

    /// Starts the template in its sandbox. `control` becomes its descriptor 3, `log` takes what it and bubblewrap print.
    ///
    /// Call it on a thread that outlives the sandbox: the kernel ends a `--die-with-parent` child with the thread that
    /// started it. Run by root, bubblewrap itself runs as `unprivilegedUser`: inside its own user namespace root's files
    /// (`/proc/sys` among them) would still be root's. Sources that this user could not walk to are bound under
    /// `/mnt` in a mount namespace that only this sandbox sees.
    package func launch(control: Int32, log: Int32) throws(SandboxError) -> SandboxedProcess {
        guard arrangement == .bubblewrap else { return try launchBare(control: control, log: log) }
        guard let bubblewrap = Self.bubblewrap else { throw Self.bubblewrapMissing }
        let dropsUser = geteuid() == 0
        for mount in mounts { try check(mount, droppingUser: dropsUser) }
        if dropsUser, chown(work, Self.unprivilegedUser, Self.unprivilegedUser) < 0 {
            throw SandboxError(
                .system, "the work folder \(work) cannot be given to the kernels' user", underlying: errno)
        }
        let lines = bubblewrapArguments(
            source: { dropsUser ? "\(Self.stagingFolder)/\($1)" : $0.source }, systemLink: Self.link,
            exists: Self.exists)
        let files = try [lines.map { $0 + "\0" }.joined(), Self.passwd, Self.group].map(Self.memoryFile)
        defer { for file in files { close(file) } }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        return try Self.spawn(
            [bubblewrap, "--args", "\(BubblewrapDescriptors.arguments)", "--"] + programArguments,
            descriptors: [null, log, log, control] + files, staged: mounts.map(\.source),
            dropping: dropsUser ? .userAndView : .nothing)
    }

    /// What root gives up before the program starts.
    enum Dropping { case nothing, user, userAndView }

    static func spawn(
        _ arguments: [String], descriptors: [Int32], staged: [String], dropping: Dropping
    ) throws(SandboxError) -> SandboxedProcess {
        let words = CStrings(arguments)
        let sources = CStrings(staged)
        let folder = CStrings([stagingFolder])
        var pidfd: Int32 = -1
        var step: UnsafePointer<CChar>?
        let process = descriptors.withUnsafeBufferPointer { numbers in
            var request = lathe_spawn(
                executable: words.first, arguments: words.pointers, descriptors: numbers.baseAddress,
                descriptor_count: numbers.count, drop_user: dropping != .nothing, user: unprivilegedUser,
                staging: dropping == .userAndView ? folder.first : nil, staged: sources.pointers)
            return withExtendedLifetime((words, sources, folder)) { lathe_spawn_program(&request, &pidfd, &step) }
        }
        let cause = errno
        guard process > 0 else {
            let name = step.map { String(cString: $0) } ?? "starting"
            throw SandboxError(
                .system, "the sandbox could not be started (\(name): \(String(cString: strerror(cause))))",
                underlying: cause)
        }
        return SandboxedProcess(process: process, pidfd: pidfd)
    }

    /// Says plainly what bubblewrap would fail on with a path that means nothing to the user.
    private func check(_ mount: Mount, droppingUser: Bool) throws(SandboxError) {
        var status = stat()
        guard stat(mount.source, &status) == 0 else {
            throw SandboxError(.sourceMissing, "\(mount.source) is not there, or not to be reached", underlying: errno)
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFDIR else {
            throw SandboxError(.sourceUnreadable, "\(mount.source) is neither a file nor a folder")
        }
        guard droppingUser, !mount.isWritable else {
            guard access(mount.source, R_OK) == 0 else {
                throw SandboxError(.sourceUnreadable, "\(mount.source) may not be read by you", underlying: errno)
            }
            return
        }
        let isFolder = kind == S_IFDIR
        let needed: mode_t = isFolder ? 0o005 : 0o004
        guard status.st_mode & needed == needed || status.st_uid == Self.unprivilegedUser else {
            throw SandboxError(
                .sourceUnreadable,
                """
                \(mount.source) may be read by root alone, and kernels never run as root. \
                Make it readable (chmod o+r\(isFolder ? "x" : "")), or run lathe as an ordinary user who may read it
                """)
        }
    }

    static let bubblewrapMissing = SandboxError(
        .bubblewrapMissing, "bubblewrap is not installed: apt install bubblewrap. \(SandboxError.withoutSandbox)")

    /// Looked for in the system's folders only: PATH is not trusted with the program that confines.
    static var bubblewrap: String? {
        ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"].first { access($0, X_OK) == 0 }
    }

    static func link(_ path: String) -> String? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &target, target.count)
        guard length > 0 else { return nil }
        return String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func memoryFile(_ text: String) throws(SandboxError) -> Int32 {
        let file = lathe_memory_file("lathe-sandbox")
        let bytes = Array(text.utf8)
        guard file >= 0, write(file, bytes, bytes.count) == bytes.count, lseek(file, 0, SEEK_SET) == 0 else {
            throw SandboxError(.system, "a memory file could not be written", underlying: errno)
        }
        return file
    }
}
