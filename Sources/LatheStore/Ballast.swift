internal import Glibc

/// A file that only takes room, so that "disk full" can still be recorded: given up when the disk is full, it leaves
/// enough for the last events of a task.
struct Ballast: Sendable {
    let path: String
    let bytes: Int

    init(path: String, bytes: Int = 1 << 20) {
        self.path = path
        self.bytes = bytes
    }

    /// Takes the room again where there is some; without it the session works all the same.
    func take() {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, bytes) != 0 { unlink(path) }
    }

    func release() { unlink(path) }
}
