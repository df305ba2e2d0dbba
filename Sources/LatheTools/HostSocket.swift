internal import Foundation
internal import Glibc
internal import LatheVocabulary
internal import Synchronization

/// The tool host as a process, and lathe's end of the socket to it. Blocks; one thread receives, any thread sends.
final class HostSocket: Sendable {
    static let longestLine = 1 << 20

    private let process: pid_t
    private let socket: Int32
    private let sending = Mutex(())

    /// Starts the program `words` names, with its arguments and no other environment; `errors` is the absolute path of the file for
    /// its standard error, begun anew.
    init(_ words: [String], environment: [String: String], errors: String) throws(ToolError) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw ToolError(.host, "a pair of sockets cannot be made: \(String(cString: strerror(errno)))")
        }
        let started = Self.spawn(words, environment, socket: ends[1], errors: errors)
        Glibc.close(ends[1])
        switch started {
        case .success(let process): (self.process, socket) = (process, ends[0])
        case .failure(let error):
            Glibc.close(ends[0])
            throw error
        }
    }

    deinit { Glibc.close(socket) }

    /// Sends a line; false where the host is gone.
    func send(_ line: String) -> Bool {
        var rest = Array((line + "\n").utf8)[...]
        // One line after the other: parts of two must not mix.
        return sending.withLock { _ in
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }

    /// Calls `take` with each line until the host is gone, or a line is too long to be one.
    func receive(_ take: ([UInt8]) -> Void) {
        var held: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            var begin = 0
            for index in 0..<count where buffer[index] == 0x0A {
                take(held + buffer[begin..<index])
                held = []
                begin = index + 1
            }
            held += buffer[begin..<count]
            guard held.count <= Self.longestLine else { return }
        }
    }

    /// Tells the host that nobody asks any more: it ends its servers and then itself.
    func hangUp() { shutdown(socket, Int32(SHUT_WR)) }

    /// Ends the process at once; its servers go with it.
    func end() { kill(process, SIGKILL) }

    /// Waits until the process is gone, and ends it where that takes longer than `seconds`.
    func wait(seconds: Double) {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        var status: Int32 = 0
        while clock.now < deadline {
            let gone = waitpid(process, &status, WNOHANG)
            if gone == process || (gone < 0 && errno != EINTR) { return }
            usleep(5_000)
        }
        end()
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    private static func spawn(
        _ words: [String], _ environment: [String: String], socket: Int32, errors: String
    ) -> Result<pid_t, ToolError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, 0)
        posix_spawn_file_actions_adddup2(&actions, socket, 1)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var every = sigset_t()
        sigfillset(&every)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &every)
        // A process group of its own: Ctrl-C at the terminal is lathe's to handle.
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else {
            let why = String(cString: strerror(code))
            return .failure(ToolError(.host, "\(words[0]) cannot be started: \(why)", mend: "lathe doctor"))
        }
        return .success(process)
    }
}
