internal import Foundation
internal import Glibc
package import LatheVocabulary

/// The folder with a session's saved working memory: parts named by their content, and a description of each save.
///
/// A description is a line of JSON and a line with its SHA-256. It gets its name in one step once all of its parts are on disk,
/// so a save that was cut short is none. Kernels never see the folder.
package struct MemoryFolder: MemoryArchive {
    package let path: String

    var parts: String { path + "/parts" }
    static let prefix = "save-"
    /// The newest save, and the one before it, to which an undo may go back.
    static let keptSaves = 2
    /// Parts up to this are compared with their hash before they are used.
    static let hashedBytes = 8 << 20

    package init(path: String) { self.path = path }

    // MARK: Reading

    package func saves() -> (saves: [SavedMemory], problems: [String]) {
        var (saves, problems): ([SavedMemory], [String]) = ([], [])
        for name in Self.names(path) where name.hasPrefix(Self.prefix) && name.hasSuffix(".json") {
            do throws(MemoryError) {
                saves.append(try description(name))
            } catch {
                problems.append(error.reason)
            }
        }
        return (saves.sorted { $0.generation > $1.generation }, problems)
    }

    package func open(_ save: SavedMemory) throws(MemoryError) -> [SliceReference] {
        var opened: [SliceReference] = []
        for part in save.parts {
            let file = Glibc.open("\(parts)/\(part.fileName)", O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            guard file >= 0 else { throw damaged(part, String(cString: strerror(errno))) }
            opened.append(SliceReference(descriptor: file) { _ = close($0) })
            if let problem = Self.problem(with: file, part, hashing: part.bytes <= Self.hashedBytes) {
                setAside(part)
                throw damaged(part, problem)
            }
        }
        return opened
    }

    /// Takes the name from a part that is not what was written: no later save refers to it, and whoever needs it has it made anew.
    ///
    /// The next save removes it.
    func setAside(_ part: MemoryPart) { rename("\(parts)/\(part.fileName)", "\(parts)/\(part.fileName).damaged") }

    /// Whether a part is there in its length.
    func holds(_ part: MemoryPart) -> Bool {
        var status = stat()
        return lstat("\(parts)/\(part.fileName)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            && Int(status.st_size) == part.bytes
    }

    package func input(_ input: DataInput) -> SavedInput? { SavedInput(input) }

    /// Looks at every byte of every save, and says what is wrong, a sentence each.
    package func check() -> (parts: Int, problems: [String]) {
        let (saves, problems) = saves()
        var found = problems
        let parts = Set(saves.flatMap(\.parts))
        for part in parts.sorted(by: { $0.sha256 < $1.sha256 }) {
            let file = Glibc.open("\(self.parts)/\(part.fileName)", O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            guard file >= 0 else {
                found.append(damaged(part, String(cString: strerror(errno))).reason)
                continue
            }
            defer { close(file) }
            if let problem = Self.problem(with: file, part, hashing: true) {
                found.append(damaged(part, problem).reason)
            }
        }
        return (parts.count, found)
    }

    private func damaged(_ part: MemoryPart, _ why: String) -> MemoryError {
        MemoryError(.damaged, "The part \(parts)/\(part.fileName) of the saved memory is damaged: \(why).")
    }

    private static func problem(with file: Int32, _ part: MemoryPart, hashing: Bool) -> String? {
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return "it is no file" }
        guard Int(status.st_size) == part.bytes else {
            return "it has \(status.st_size) bytes in place of \(part.bytes)"
        }
        guard hashing else { return nil }
        guard let digest = SHA256Stream.of(file, pieceBytes: part.pieceBytes) else { return "it cannot be read" }
        return digest == part.sha256 ? nil : "its content is not what was written"
    }

    private func description(_ name: String) throws(MemoryError) -> SavedMemory {
        let file = "\(path)/\(name)"
        guard let data = FileManager.default.contents(atPath: file), let text = String(data: data, encoding: .utf8)
        else {
            throw MemoryError(.damaged, "\(file), which describes a saved memory, cannot be read.")
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 3, SHA256Stream.of(Array(lines[0].utf8)) == String(lines[1]),
            let save = try? JSONDecoder().decode(SavedMemory.self, from: Data(lines[0].utf8)),
            save.parts.indices.contains(save.index), save.parts.allSatisfy(Self.isNamedByHash)
        else { throw MemoryError(.damaged, "\(file), which describes a saved memory, is damaged.") }
        return save
    }

    private static func isNamedByHash(_ part: MemoryPart) -> Bool {
        part.sha256.utf8.count == 64 && part.pieceBytes.map { $0 > 0 } ?? true
            && part.sha256.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    // MARK: Writing

    package func begin(limit: Int) throws(MemoryError) -> any MemoryWriting {
        for folder in [path, parts] where mkdir(folder, 0o700) != 0 && errno != EEXIST {
            throw Self.failure("make the folder \(folder)")
        }
        let (saves, _) = saves()
        // What is left of a save that was cut short.
        removeAll(except: saves)
        return MemoryDraftFiles(folder: self, newest: saves.first, generation: nextGeneration(), limit: limit)
    }

    /// Above all that have a description, also one that cannot be read.
    private func nextGeneration() -> Int {
        let numbers = Self.names(path).compactMap { name in
            name.hasPrefix(Self.prefix) ? Int(name.dropFirst(Self.prefix.count).prefix { $0.isNumber }) : nil
        }
        return (numbers.max() ?? 0) + 1
    }

    /// Makes a save the newest one and lets old ones go.
    func publish(_ save: SavedMemory) throws(MemoryError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let body = try? encoder.encode(save), let sum = SHA256Stream.of(Array(body)) else {
            throw MemoryError(.failed, "The saved memory could not be described.")
        }
        let (draft, final) = ("\(path)/.new", "\(path)/\(Self.prefix)\(save.generation).json")
        try Self.sync(parts)
        let file = Glibc.open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure("make \(draft)") }
        defer { close(file) }
        let bytes = Array(body) + Array("\n\(sum)\n".utf8)
        guard bytes.withUnsafeBytes({ Self.write($0, to: file) }), fsync(file) == 0 else {
            throw Self.failure("write \(draft)")
        }
        guard rename(draft, final) == 0 else { throw Self.failure("name \(final)") }
        try Self.sync(path)
        removeAll(except: Array(saves().saves.prefix(Self.keptSaves)))
    }

    /// Removes the descriptions of other saves first, then parts that none of these has.
    private func removeAll(except saves: [SavedMemory]) {
        let described = Set(saves.map { "\(Self.prefix)\($0.generation).json" })
        let listed = Self.names(path)
        // A description that cannot be read is left for a person to look at, with the parts that it may name.
        let isWhole = self.saves().problems.isEmpty
        for name in listed where name.hasPrefix(Self.prefix) && !described.contains(name) && isWhole {
            unlink("\(path)/\(name)")
        }
        let named = Set(saves.flatMap(\.parts).map(\.fileName))
        for name in Self.names(parts) where !named.contains(name) && (isWhole || name.hasPrefix(".")) {
            unlink("\(parts)/\(name)")
        }
    }

    // MARK: The system

    static func failure(_ action: String) -> MemoryError {
        let cause = errno
        let code: MemoryError.Code = cause == ENOSPC || cause == EDQUOT ? .full : .failed
        return MemoryError(code, "Could not \(action): \(String(cString: strerror(cause))).")
    }

    static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(file, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    private static func sync(_ folder: String) throws(MemoryError) {
        let file = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure("open \(folder)") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("make \(folder) durable") }
    }

    static func names(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
