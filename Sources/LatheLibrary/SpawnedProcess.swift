internal import Glibc
internal import LatheVocabulary

/// How the trusted Python processes of the library are started: without an environment, without inherited descriptors and signals.
enum SpawnedProcess {
    /// The process has `descriptors` as 0, 1, 2 …; the caller keeps its own.
    static func spawn(_ words: [String], descriptors: [Int32]) -> Result<pid_t, LibraryError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(&attributes)
        var texts = words.map { strdup($0) } + [nil]
        defer { for text in texts { free(text) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process: pid_t = 0
        let code = posix_spawn(&process, words[0], &actions, &attributes, &texts, &environment)
        guard code == 0 else {
            return .failure(
                LibraryError(
                    .readerFailed,
                    "\(words[0]) could not be started: \(String(cString: strerror(code))). Install util-linux."))
        }
        return .success(process)
    }

    /// A process group of its own, so that Ctrl-C at the terminal is ours to handle; nothing blocked or ignored.
    private static func setSignals(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        sigemptyset(&none)
        var every = sigset_t()
        sigfillset(&every)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &every)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }
}
