import Foundation
import Glibc
import Synchronization

/// A trusted child process with pipes to its standard input and output; its standard error goes to a file.
///
/// It is started on a thread of its own that then waits for its end: a parent-death signal counts the death of the thread
/// that forked, and this one lives as long as the child. The child leads a process group, so that Ctrl-C on the terminal
/// reaches `lathe` alone. The scripts close whatever other descriptors they inherit. Dropping the last reference closes its input, which ends the scripts we start.
final class ChildProcess: Sendable {
    enum Ending: Sendable, Hashable { case exited(Int32), signalled(Int32) }

    private enum Life { case running, over(Ending) }

    let pid: pid_t
    private let input: Mutex<Int32?>
    private let life: Mutex<Life>
    /// The lines of its standard output; the stream ends when the output does. For one reader.
    let lines: AsyncStream<String>

    private init(pid: pid_t, input: Int32, lines: AsyncStream<String>) {
        self.pid = pid
        self.input = Mutex(input)
        self.lines = lines
        life = Mutex(.running)
    }

    deinit { closeInput() }

    static func start(
        _ arguments: [String], environment: [String: String], errorFile: String
    ) async throws(ModelSetupError) -> ChildProcess {
        typealias Started = CheckedContinuation<Result<ChildProcess, any Error>, Never>
        let result = await withCheckedContinuation { (done: Started) in
            let thread = Thread {
                do {
                    let (child, output, continuation) = try spawn(arguments, environment, errorFile)
                    done.resume(returning: .success(child))
                    Thread { readLines(output, continuation) }.start()
                    reap(pid: child.pid) { [weak child] ending in child?.life.withLock { $0 = .over(ending) } }
                } catch {
                    done.resume(returning: .failure(error))
                }
            }
            thread.start()
        }
        switch result {
        case .success(let child): return child
        case .failure(let error):
            throw ModelSetupError(
                .serverFailed,
                "\(PlainText.quoted(arguments.first ?? "")) cannot be started: \(PlainText.line("\(error)")). "
                    + "Run: lathe doctor.",
                underlying: error
            )
        }
    }

    /// Writes a line to its standard input; false where it no longer reads.
    @discardableResult
    func write(line: String) -> Bool {
        input.withLock { input in
            guard let input else { return false }
            var rest = Array((line + "\n").utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { send(input, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }

    /// Tells it that nobody needs it any more.
    func closeInput() {
        let descriptor = input.withLock { $0.take() }
        if let descriptor { close(descriptor) }
    }

    /// How it ended; nil while it runs.
    var ending: Ending? {
        life.withLock { life in if case .over(let ending) = life { ending } else { nil } }
    }

    /// Closes its input, and kills it where it has not ended within `grace` seconds. Returns when it is gone.
    func stop(grace: Double = 2) async {
        closeInput()
        let deadline = ContinuousClock.now + .seconds(grace)
        while ending == nil, .now < deadline { await pause() }
        signal(SIGKILL)
        while ending == nil { await pause() }
    }

    func signal(_ number: Int32) {
        // The lock keeps the number from being given to another process in between: reaping waits for it.
        life.withLock { life in if case .running = life { _ = kill(pid, number) } }
    }

    /// A moment's wait that also holds in a cancelled task.
    private func pause() async {
        await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
    }
}

extension ChildProcess {
    private static func spawn(
        _ arguments: [String], _ environment: [String: String], _ errorFile: String
    ) throws -> (ChildProcess, Int32, AsyncStream<String>.Continuation) {
        // Sockets rather than pipes: writing to a closed one can be told not to signal.
        let input = try socketPair()
        let output = try socketPair()
        defer {
            close(input.child)
            close(output.child)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.child, 0)
        posix_spawn_file_actions_adddup2(&actions, output.child, 1)
        posix_spawn_file_actions_addopen(&actions, 2, errorFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        var pid = pid_t()
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        let status = posix_spawn(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        guard status == 0 else {
            close(input.own)
            close(output.own)
            throw SpawnError(what: String(cString: strerror(status)))
        }
        let (lines, continuation) = AsyncStream<String>.makeStream()
        return (ChildProcess(pid: pid, input: input.own, lines: lines), output.own, continuation)
    }

    private static func socketPair() throws -> (own: Int32, child: Int32) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw SpawnError(what: String(cString: strerror(errno)))
        }
        return (ends[0], ends[1])
    }

    private static func reap(pid: pid_t, _ record: (Ending) -> Void) {
        var info = siginfo_t()
        // Waits without reaping, so that the number stays ours until the ending is recorded.
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let isExit = info.si_code == CLD_EXITED
        let status = info._sifields._sigchld.si_status
        record(isExit ? .exited(status) : .signalled(status))
        var ignored: Int32 = 0
        while waitpid(pid, &ignored, 0) < 0, errno == EINTR {}
    }

    private static func readLines(_ descriptor: Int32, _ lines: AsyncStream<String>.Continuation) {
        var pending: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            pending += buffer[..<count]
            while let end = pending.firstIndex(of: 0x0A) {
                lines.yield(String(decoding: pending[..<end], as: UTF8.self))
                pending.removeSubrange(...end)
            }
            // The scripts are ours and their lines short: more is a fault, not something to keep.
            if pending.count > 1 << 20 { break }
        }
        close(descriptor)
        lines.finish()
    }
}

private struct SpawnError: Error, CustomStringConvertible {
    var what: String
    var description: String { what }
}
