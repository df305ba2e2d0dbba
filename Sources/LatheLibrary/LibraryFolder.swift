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
        /// Another name of the file changes it from elsewhere.
        var hasOneName: Bool

        init(_ status: stat) {
            inode = UInt(status.st_ino)
            size = Int(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
            changeSeconds = status.st_ctim.tv_sec
            changeNanoseconds = status.st_ctim.tv_nsec
            isRegular = status.st_mode & S_IFMT == S_IFREG
            hasOneName = status.st_nlink == 1
        }
    }

    /// The stamp of every file that counts, by its path inside the library. Empty where there is no library yet.
    func stamps() throws(LibraryError) -> [String: Stamp] {
        var stamps: [String: Stamp] = [:]
        for (shelf, kind) in Self.places {
            guard let folder = try open(shelf, kind, .existing) else { continue }
            for (name, stamp) in try folder.stamps() { stamps[Self.path(shelf, kind) + "/" + name] = stamp }
        }
        return stamps
    }

    enum Need { case existing, made }

    /// Opens the folder of a shelf and kind; nil where it is `.existing` that is wanted and there is none.
    func open(
        _ shelf: Capability.Shelf, _ kind: Capability.Kind, _ need: Need
    ) throws(LibraryError) -> OpenFolder? {
        guard var folder = try OpenFolder.enter(AT_FDCWD, path, shown: path, need) else { return nil }
        for step in Self.path(shelf, kind).split(separator: "/") {
            guard let next = try folder.enter(String(step), need) else { return nil }
            folder = next
        }
        return folder
    }

    /// Runs `body` while no lathe writes to the library, with every write done that was begun; without a lock where there
    /// is no library yet.
    func reading<T>(_ body: () throws(LibraryError) -> T) throws(LibraryError) -> T {
        guard let root = try OpenFolder.enter(AT_FDCWD, path, shown: path, .existing) else { return try body() }
        let isSettled = try root.locked(.shared) { () throws(LibraryError) -> Result<T, LibraryError>? in
            guard try unfinished().isEmpty else { return nil }
            return Result { () throws(LibraryError) in try body() }
        }
        if let isSettled { return try isSettled.get() }
        return try writing(body)
    }

    /// Runs `body` while no other lathe reads or writes the library, with every write done that was begun.
    func writing<T>(_ body: () throws(LibraryError) -> T) throws(LibraryError) -> T {
        guard let root = try OpenFolder.enter(AT_FDCWD, path, shown: path, .made) else {
            throw LibraryError(.unreadable, "The folder \(path) went away while it was opened.")
        }
        return try root.locked(.alone) { () throws(LibraryError) in
            for folder in try unfinished() { try folder.finish() }
            return try body()
        }
    }

    private func unfinished() throws(LibraryError) -> [OpenFolder] {
        var found: [OpenFolder] = []
        for (shelf, kind) in Self.places {
            guard let folder = try open(shelf, kind, .existing), try folder.isUnfinished() else { continue }
            found.append(folder)
        }
        return found
    }

    private static let places = Capability.Shelf.allCases.flatMap { shelf in
        Capability.Kind.allCases.map { (shelf, $0) }
    }

    static func path(_ shelf: Capability.Shelf, _ kind: Capability.Kind) -> String {
        (shelf == .proposed ? "proposed/" : "") + kind.folder
    }
}

extension LibraryError {
    init(systemError code: Int32, doing action: String) {
        self.init(
            .unreadable,
            "Could not \(action): \(String(cString: strerror(code))). Look at the disk and the rights of its folder.")
    }
}
