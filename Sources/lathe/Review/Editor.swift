internal import Foundation
internal import Glibc
internal import Synchronization

/// The user's own editor, as `VISUAL` or `EDITOR` names it.
struct Editor: Sendable, Hashable {
    /// A line for the shell, such as `code --wait`.
    let command: String

    /// Until when Ctrl-C is the editor's, which is in the terminal's foreground as lathe is; nil where none is open.
    private static let heldUntil = Mutex<ContinuousClock.Instant?>(nil)
    /// What was pressed in the editor may be heard of after its end.
    private static let echo = Duration.milliseconds(300)

    /// Whether Ctrl-C is for an editor that is open, or was a moment ago.
    static var hasKeys: Bool { heldUntil.withLock { $0.map { $0 > .now } ?? false } }

    init?(environment: [String: String]) {
        let named = ["VISUAL", "EDITOR"].lazy.compactMap { environment[$0] }.first { !$0.allSatisfy(\.isWhitespace) }
        guard let named else { return nil }
        command = named
    }

    /// Opens files and waits until the editor has ended; throws where it did not end well.
    func open(_ files: [String]) async throws(CommandFailure) {
        let result: Result<Void, CommandFailure> = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    returning: Result { () throws(CommandFailure) in try openAndWait(files) })
            }
        }
        try result.get()
    }

    /// The same on a thread that may be kept.
    func openAndWait(_ files: [String]) throws(CommandFailure) {
        let words = ["/bin/sh", "-c", command + " \"$@\"", "lathe"] + files
        Self.heldUntil.withLock { $0 = .now + .seconds(86_400 * 365) }
        let before = [SIGINT, SIGQUIT].map { ($0, signal($0, SIG_IGN)) }
        defer {
            for (number, action) in before { signal(number, action) }
            Self.heldUntil.withLock { $0 = .now + Self.echo }
        }
        switch try Self.run(words).get() {
        case 0: return
        case 127:
            throw CommandFailure("the editor '\(command)' cannot be found; set VISUAL or EDITOR to one that is there")
        case 126: throw CommandFailure("the editor '\(command)' cannot be run; set VISUAL or EDITOR to one that can")
        case let code where code < 0: throw CommandFailure("the editor '\(command)' was ended by signal \(-code)")
        case let code: throw CommandFailure("the editor '\(command)' ended with code \(code)")
        }
    }

    /// The exit code, or the negative number of the signal. The editor belongs to the terminal's foreground as lathe does.
    private static func run(_ words: [String]) -> Result<Int32, CommandFailure> {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, every) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&every)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &every)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var texts = words.map { strdup($0) } + [nil]
        defer { for text in texts { free(text) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, words[0], nil, &attributes, &texts, environ)
        guard code == 0 else {
            return .failure(CommandFailure("\(words[0]) could not be started: \(String(cString: strerror(code)))"))
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else {
                return .failure(CommandFailure("the editor was lost: \(String(cString: strerror(errno)))"))
            }
        }
        let signal = status & 0x7F
        return .success(signal == 0 ? (status >> 8) & 0xFF : -signal)
    }
}
