internal import Glibc
internal import LatheVocabulary

/// One folder of the library, held by its descriptor, so that nobody can exchange it for another. Closes when it goes.
final class OpenFolder: Sendable {
    let descriptor: Int32
    let path: String

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Enters a folder inside this one; nil where it is `.existing` that is wanted and there is none.
    func enter(_ name: String, _ need: LibraryFolder.Need) throws(LibraryError) -> OpenFolder? {
        try Self.enter(descriptor, name, shown: path + "/" + name, need)
    }

    static func enter(
        _ parent: Int32, _ name: String, shown: String, _ need: LibraryFolder.Need
    ) throws(LibraryError) -> OpenFolder? {
        if need == .made, mkdirat(parent, name, 0o755) != 0, errno != EEXIST {
            throw LibraryError(systemError: errno, doing: "make the folder \(shown)")
        }
        let descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0 { return OpenFolder(descriptor: descriptor, path: shown) }
        guard errno != ENOENT else { return nil }
        if errno == ELOOP || errno == ENOTDIR {
            throw LibraryError(
                .refused, "\(shown) is a link or no folder. The library must be a real folder: put one in its place.")
        }
        throw LibraryError(systemError: errno, doing: "open the folder \(shown)")
    }

    /// The Python files here and the fixtures of their tests, with what tells whether they changed.
    func stamps() throws(LibraryError) -> [String: LibraryFolder.Stamp] {
        var stamps: [String: LibraryFolder.Stamp] = [:]
        for name in try names() where name.hasSuffix(".py") { stamps[name] = stamp(of: name) }
        guard stamp(of: "fixtures")?.isRegular == false, let fixtures = try? enter("fixtures", .existing) else {
            return stamps
        }
        for owner in try fixtures.names() {
            guard let folder = try? fixtures.enter(owner, .existing) else { continue }
            for name in try folder.names() { stamps["fixtures/\(owner)/\(name)"] = folder.stamp(of: name) }
        }
        return stamps
    }

    /// Nil where nothing has that name. A link is itself, not what it points to.
    func stamp(of name: String) -> LibraryFolder.Stamp? {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? LibraryFolder.Stamp(status) : nil
    }

    enum Lock { case shared, alone }

    /// Runs `body` while no other lathe has this folder locked, or all that have share it.
    func locked<T>(_ lock: Lock, _ body: () throws(LibraryError) -> T) throws(LibraryError) -> T {
        while flock(descriptor, lock == .shared ? LOCK_SH : LOCK_EX) != 0 {
            guard errno == EINTR else { throw LibraryError(systemError: errno, doing: "lock the folder \(path)") }
        }
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }

    func names() throws(LibraryError) -> [String] {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            throw LibraryError(systemError: errno, doing: "read the folder \(path)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    func write(_ bytes: [UInt8], to name: String) throws(LibraryError) {
        let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw LibraryError(systemError: errno, doing: "make a file in \(path)") }
        defer { close(file) }
        var rest = bytes[...]
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

    /// The bytes of a regular file; nil where there is none. Throws for a link, a file with several names, or a larger one.
    func read(_ name: String, upTo limit: Int) throws(LibraryError) -> [UInt8]? {
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            if errno == ELOOP { throw LibraryError(.refused, "\(path)/\(name) is a link: put the file itself there.") }
            throw LibraryError(systemError: errno, doing: "open \(path)/\(name)")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, LibraryFolder.Stamp(status).isRegular, status.st_nlink == 1 else {
            throw LibraryError(
                .refused, "\(path)/\(name) is not a regular file with one name: put a copy in its place.")
        }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                pread(file, $0.baseAddress?.advanced(by: count), $0.count - count, off_t(count))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw LibraryError(systemError: errno, doing: "read \(path)/\(name)") }
            guard got > 0 else { break }
            count += got
        }
        guard count <= limit else {
            throw LibraryError(.refused, "\(path)/\(name) is larger than \(limit >> 10) KiB.")
        }
        return Array(bytes[..<count])
    }
}
