internal import Glibc
package import LatheVocabulary

/// One run of the trusted Python reader: isolated, without an environment, with limits on time, memory and output.
///
/// Its input and output are unlinked files, not pipes, so that neither side ever waits for the other.
package struct ReaderProcess: Sendable {
    package struct Limits: Sendable {
        package var seconds: Double
        package var outputBytes: Int
        package var memoryBytes: Int

        package init(seconds: Double = 60, outputBytes: Int = 64 << 20, memoryBytes: Int = 1 << 30) {
            self.seconds = seconds
            self.outputBytes = outputBytes
            self.memoryBytes = memoryBytes
        }
    }

    package struct Result: Sendable {
        /// The exit code; nil after a signal.
        package var code: Int32?
        package var output: [UInt8]
        package var complaint: String
    }

    /// Absolute path of the interpreter.
    let python: String
    /// Absolute path of the package to run, such as `lathe_library`.
    let reader: String
    var limits = Limits()

    package init(python: String, reader: String, limits: Limits = Limits()) {
        self.python = python
        self.reader = reader
        self.limits = limits
    }

    /// Runs one command. Blocks; not for Swift's cooperative threads.
    package func run(_ arguments: [String], input: String) throws(LibraryError) -> Result {
        let files = try (Self.unlinkedFile(), Self.unlinkedFile(), Self.unlinkedFile())
        defer { for file in [files.0, files.1, files.2] { close(file) } }
        try Self.fill(files.0, with: input)
        var life: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &life) == 0 else {
            throw LibraryError(systemError: errno, doing: "make a pair of sockets")
        }
        defer { close(life[0]) }
        let started = spawn(arguments, descriptors: [files.0, files.1, files.2, life[1]])
        close(life[1])
        let process = try started.get()
        let isInTime = Self.waitForEnd(of: life[0], seconds: limits.seconds)
        if !isInTime { kill(process, SIGKILL) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard isInTime else {
            throw LibraryError(
                .readerFailed, "\(reader) took longer than \(Int(limits.seconds)) s and was ended.")
        }
        return Result(
            code: status & 0x7F == 0 ? (status >> 8) & 0xFF : nil,
            output: Self.content(of: files.1, limit: limits.outputBytes),
            complaint: String(decoding: Self.content(of: files.2, limit: 4_000), as: UTF8.self))
    }

    private func spawn(_ arguments: [String], descriptors: [Int32]) -> Swift.Result<pid_t, LibraryError> {
        // prlimit (util-linux) sets the limits in the new process before the interpreter begins.
        let words =
            [
                "/usr/bin/prlimit", "--fsize=\(limits.outputBytes)", "--data=\(limits.memoryBytes)",
                "--cpu=\(Int(limits.seconds) + 1)", "--core=0", "--nofile=64", "--", python, "-I", "-B",
                reader + "/__main__.py",
            ] + arguments
        return SpawnedProcess.spawn(words, descriptors: descriptors)
    }

    /// True when the process, the only holder of the other end, ended in time.
    private static func waitForEnd(of life: Int32, seconds: Double) -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        while true {
            let left = (deadline - clock.now) / .milliseconds(1)
            guard left > 0 else { return false }
            var poll = pollfd(fd: life, events: Int16(POLLIN), revents: 0)
            let count = Glibc.poll(&poll, 1, Int32(left.rounded(.up)))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return false }
        }
    }

    private static func unlinkedFile() throws(LibraryError) -> Int32 {
        let path = "/tmp/lathe-reader-\(UInt64.random(in: 0...UInt64.max))"
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LibraryError(systemError: errno, doing: "make a temporary file in /tmp") }
        unlink(path)
        return descriptor
    }

    private static func fill(_ file: Int32, with text: String) throws(LibraryError) {
        let bytes = Array(text.utf8)
        guard pwrite(file, bytes, bytes.count, 0) == bytes.count else {
            throw LibraryError(systemError: errno, doing: "write a temporary file in /tmp")
        }
    }

    private static func content(of file: Int32, limit: Int) -> [UInt8] {
        var status = stat()
        guard fstat(file, &status) == 0 else { return [] }
        let size = min(Int(status.st_size), limit)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = max(0, pread(file, buffer.baseAddress, size, 0))
        }
    }
}
