internal import Glibc
internal import Synchronization

/// Keeps a second lathe off a session for as long as it lives. The system drops the lock when the process ends, however it
/// ends, so that no stale lock is ever left.
final class SessionLock: Sendable {
    /// Nil once released.
    private let descriptor: Mutex<Int32?>

    /// Takes the lock or throws `.locked`, naming the process that has it.
    ///
    /// Tries for a quarter of a second, because a program that only asks `holder` has the lock for a moment.
    init(path: String, session: String) throws(StoreError) {
        for attempt in 0..<6 {
            if attempt > 0 { usleep(50_000) }
            if let taken = try Self.take(path) {
                descriptor = Mutex(taken)
                return
            }
        }
        let holder = Self.writtenProcess(path).map { "lathe process \($0)" } ?? "another lathe"
        throw StoreError(
            .locked,
            "Session \(session) is in use by \(holder). Wait until it is done, or end it, or use another session.")
    }

    deinit { release() }

    /// Lets the session go. The lock is gone for good; further calls do nothing.
    func release() {
        let held = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        if let held { close(held) }
    }

    /// Writes down who holds the lock: for people and for the message of the next lathe, never to decide anything.
    func sign(epoch: Int) {
        let text = "pid \(getpid())\nepoch \(epoch)\n"
        descriptor.withLock { descriptor in
            guard let descriptor else { return }
            ftruncate(descriptor, 0)
            text.withCString { _ = pwrite(descriptor, $0, text.utf8.count, 0) }
        }
    }

    /// The process that holds the lock now; nil when nobody does. 0 where its number is not known.
    static func holder(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
        return writtenProcess(path) ?? 0
    }

    /// The locked descriptor; nil while another has it, or where the file was replaced meanwhile.
    private static func take(_ path: String) throws(StoreError) -> Int32? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreError(systemError: errno, doing: "open the lock \(path)") }
        var held = stat()
        var named = stat()
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &held) == 0, lstat(path, &named) == 0,
            held.st_ino == named.st_ino, held.st_dev == named.st_dev
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func writtenProcess(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let words = String(decoding: bytes.prefix(count), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return words.count >= 2 && words[0] == "pid" ? Int32(words[1]) : nil
    }
}
