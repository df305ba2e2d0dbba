internal import Glibc
internal import LatheVocabulary

/// Writing a capability whole or not at all: source, tests and fixtures together.
///
/// All of it is written into a folder beside its place, synchronised, and given a name that says it is whole. Only then are
/// its parts moved, old tests taken away first and the source last; who comes after a lathe that was killed in between goes on
/// with that, because each step can be repeated. All of this happens while the library is locked.
extension OpenFolder {
    private static let writing = ".writing-"
    private static let placing = ".placing-"
    /// In a folder that is whole: what was there of the capability goes first.
    private static let clear = "clear"
    /// In a folder that is whole: the source goes too, and nothing comes.
    private static let remove = "remove"

    func place(_ files: CapabilityFiles) throws(LibraryError) {
        try prepare(files.name) { (staged: OpenFolder) throws(LibraryError) in
            try staged.write(Array(files.text.utf8), to: files.name.file)
            if !files.tests.isEmpty {
                try staged.write(Array(files.tests.utf8), to: CapabilityFiles.testsFile(files.name))
            }
            guard !files.fixtures.isEmpty, let fixtures = try staged.enter("fixtures", .made) else { return }
            for (name, content) in files.fixtures { try fixtures.write(content, to: name) }
            try fixtures.synchronise()
        }
        try finish()
    }

    /// Takes a capability away with its tests and fixtures.
    func takeAway(_ name: CapabilityName) throws(LibraryError) {
        try prepare(name) { (staged: OpenFolder) throws(LibraryError) in try staged.write([], to: Self.remove) }
        try finish()
    }

    /// Whether a lathe that was killed left a capability that is whole, but not in its place.
    func isUnfinished() throws(LibraryError) -> Bool {
        try names().contains { $0.hasPrefix(Self.placing) }
    }

    /// Moves what is whole into its place, and removes what is not.
    func finish() throws(LibraryError) {
        for name in try names() {
            if name.hasPrefix(Self.writing) { try erase(name) }
            if name.hasPrefix(Self.placing) {
                let owner = try CapabilityName(String(name.dropFirst(Self.placing.count)))
                try move(owner, from: name)
            }
        }
    }

    private func prepare(
        _ name: CapabilityName, _ fill: (OpenFolder) throws(LibraryError) -> Void
    ) throws(LibraryError) {
        try finish()
        try requireReplaceable(name)
        let (unfinished, whole) = (Self.writing + name.description, Self.placing + name.description)
        guard let staged = try enter(unfinished, .made) else {
            throw LibraryError(.unreadable, "\(path) went away while it was written to.")
        }
        do throws(LibraryError) {
            try staged.write([], to: Self.clear)
            try fill(staged)
            try staged.synchronise()
        } catch {
            try? erase(unfinished)
            throw error
        }
        guard renameat(descriptor, unfinished, descriptor, whole) == 0 else {
            throw LibraryError(systemError: errno, doing: "write to \(path)")
        }
        try synchronise()
    }

    private func move(_ name: CapabilityName, from whole: String) throws(LibraryError) {
        guard let staged = try enter(whole, .existing) else { return }
        let tests = CapabilityFiles.testsFile(name)
        let fixtures = try enter("fixtures", staged.stamp(of: "fixtures") == nil ? .existing : .made)
        if staged.stamp(of: Self.clear) != nil {
            try erase(tests)
            try fixtures?.erase(name.description)
            if staged.stamp(of: Self.remove) != nil { try erase(name.file) }
            try staged.erase(Self.clear)
        }
        if let fixtures { try staged.move("fixtures", to: fixtures, as: name.description) }
        try staged.move(tests, to: self, as: tests)
        try staged.move(name.file, to: self, as: name.file)
        try erase(whole)
        // Nothing is left where no capability has fixtures.
        unlinkat(descriptor, "fixtures", AT_REMOVEDIR)
        try synchronise()
    }

    /// Throws where something stands in the way that is not ours to remove.
    private func requireReplaceable(_ name: CapabilityName) throws(LibraryError) {
        for file in [name.file, CapabilityFiles.testsFile(name)] {
            guard let stamp = stamp(of: file) else { continue }
            guard stamp.isRegular else {
                throw LibraryError(.refused, "\(path)/\(file) is a link or no file. Move it away.")
            }
        }
        _ = try enter("fixtures", .existing)?.enter(name.description, .existing)
    }

    private func move(_ name: String, to folder: OpenFolder, as new: String) throws(LibraryError) {
        guard renameat(descriptor, name, folder.descriptor, new) != 0, errno != ENOENT else { return }
        throw LibraryError(systemError: errno, doing: "write \(folder.path)/\(new)")
    }

    /// Removes a file, a link, or a folder with all that is in it; nothing where there is none.
    private func erase(_ name: String) throws(LibraryError) {
        if unlinkat(descriptor, name, 0) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM, let folder = try enter(name, .existing) else {
            throw LibraryError(systemError: errno, doing: "remove \(path)/\(name)")
        }
        for inner in try folder.names() { try folder.erase(inner) }
        guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw LibraryError(systemError: errno, doing: "remove \(path)/\(name)")
        }
    }

    private func synchronise() throws(LibraryError) {
        guard fsync(descriptor) == 0 else { throw LibraryError(systemError: errno, doing: "synchronise \(path)") }
    }
}
