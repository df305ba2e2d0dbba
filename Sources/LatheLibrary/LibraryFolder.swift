internal import Glibc
internal import LatheVocabulary

/// The library's folder on disk, entered step by step without following symbolic links.
struct LibraryFolder: Sendable {
    let path: String

    /// What tells that a file is still the one that was read.
    struct Stamp: Sendable, Hashable {
        var inode: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int
        /// Changes of rights, owner and renames count too.
        var changeSeconds: Int
        var changeNanoseconds: Int
        var isRegular: Bool

        init(_ status: stat) {
            inode = UInt(status.st_ino)
            size = Int(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
            changeSeconds = status.st_ctim.tv_sec
            changeNanoseconds = status.st_ctim.tv_nsec
            isRegular = status.st_mode & S_IFMT == S_IFREG
        }
    }

    /// The stamp of every Python file, by its path inside the library. Empty where there is no library yet.
    func stamps() throws(LibraryError) -> [String: Stamp] {
        var stamps: [String: Stamp] = [:]
        for kind in Capability.Kind.allCases {
            guard let folder = try open(kind, .existing) else { continue }
            for (name, stamp) in try folder.stamps() { stamps[kind.folder + "/" + name] = stamp }
        }
        return stamps
    }

    enum Need { case existing, made }

    /// Opens the folder of a kind; nil where it is `.existing` that is wanted and there is none.
    func open(_ kind: Capability.Kind, _ need: Need) throws(LibraryError) -> OpenFolder? {
        guard let root = try Self.enter(AT_FDCWD, path, shown: path, need) else { return nil }
        return try Self.enter(root.descriptor, kind.folder, shown: path + "/" + kind.folder, need)
    }

    private static func enter(
        _ parent: Int32, _ name: String, shown: String, _ need: Need
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
}

extension LibraryError {
    init(systemError code: Int32, doing action: String) {
        self.init(
            .unreadable,
            "Could not \(action): \(String(cString: strerror(code))). Look at the disk and the rights of its folder.")
    }
}
