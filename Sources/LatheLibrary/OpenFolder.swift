internal import Glibc
internal import LatheVocabulary

/// One folder of the library, held by its descriptor, so that nobody can exchange it for another. Closes when it goes.
final class OpenFolder: Sendable {
    let descriptor: Int32
    let path: String
    private static let temporaryPrefix = ".writing-"

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// The Python files here, with what tells whether they changed.
    func stamps() throws(LibraryError) -> [String: LibraryFolder.Stamp] {
        var stamps: [String: LibraryFolder.Stamp] = [:]
        for name in try names() where name.hasSuffix(".py") {
            stamps[name] = stamp(of: name)
        }
        return stamps
    }

    /// Nil where nothing has that name. A link is itself, not what it points to.
    func stamp(of name: String) -> LibraryFolder.Stamp? {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? LibraryFolder.Stamp(status) : nil
    }

    /// Runs `body` while no other lathe saves into this folder.
    func exclusively<T>(_ body: () throws(LibraryError) -> T) throws(LibraryError) -> T {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw LibraryError(systemError: errno, doing: "lock the folder \(path)") }
        }
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }

    enum Placement { case new, replacing }

    /// Writes a whole file or none: beside its place first, synchronised, then moved there in one step.
    ///
    /// Call inside `exclusively`. Throws `.nameTaken` where `.new` was wanted and something has the name.
    func write(_ text: String, to name: String, _ placement: Placement) throws(LibraryError) {
        try removeLeftovers()
        let temporary = "\(Self.temporaryPrefix)\(getpid())-\(name)"
        defer { unlinkat(descriptor, temporary, 0) }
        try writeSynchronised(text, to: temporary)
        let isPlaced =
            switch placement {
            case .new: linkat(descriptor, temporary, descriptor, name, 0) == 0
            case .replacing: renameat(descriptor, temporary, descriptor, name) == 0
            }
        guard isPlaced else {
            guard errno != EEXIST else {
                throw LibraryError(.nameTaken, "\(path)/\(name) was made meanwhile. Choose another name.")
            }
            throw LibraryError(systemError: errno, doing: "write \(path)/\(name)")
        }
        guard fsync(descriptor) == 0 else { throw LibraryError(systemError: errno, doing: "synchronise \(path)") }
    }

    private func writeSynchronised(_ text: String, to name: String) throws(LibraryError) {
        let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw LibraryError(systemError: errno, doing: "make a file in \(path)") }
        defer { close(file) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if written < 0 {
                guard errno == EINTR else { throw LibraryError(systemError: errno, doing: "write a file in \(path)") }
            } else {
                rest = rest.dropFirst(written)
            }
        }
        guard fsync(file) == 0 else { throw LibraryError(systemError: errno, doing: "synchronise a file in \(path)") }
    }

    /// Removes what a lathe that was killed while writing left here. Safe while the folder is locked: nobody is writing.
    private func removeLeftovers() throws(LibraryError) {
        for name in try names() where name.hasPrefix(Self.temporaryPrefix) { unlinkat(descriptor, name, 0) }
    }

    private func names() throws(LibraryError) -> [String] {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            throw LibraryError(systemError: errno, doing: "read the folder \(path)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }
}
