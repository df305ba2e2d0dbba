internal import Foundation
internal import Glibc
internal import LatheVocabulary

/// The sessions of a project: one folder each.
package struct SessionStore: Sendable {
    /// As it was given; made with the first session.
    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// Makes a new session and opens it. Throws `.alreadyExists` for a taken name.
    package func create(_ name: String) async throws(StoreError) -> OpenSession {
        let name = try SessionName(name)
        return try await Self.blocking { () throws(StoreError) in
            try makeRoot()
            let folder = SessionFolder(path: try resolvedRoot() + "/" + name.description)
            do throws(StoreError) {
                try folder.make()
            } catch {
                guard error.code == .alreadyExists else { throw error }
                throw StoreError(.alreadyExists, "There is a session \(name) already. Open it, or choose another name.")
            }
            do throws(StoreError) {
                return try Self.open(name, folder)
            } catch {
                try? FileManager.default.removeItem(atPath: folder.path)
                throw error
            }
        }
    }

    /// Opens a session for writing. Throws `.notFound`, or `.locked` while another process has it.
    package func open(_ name: String) async throws(StoreError) -> OpenSession {
        let name = try SessionName(name)
        return try await Self.blocking { () throws(StoreError) in try Self.open(name, try existing(name)) }
    }

    /// Opens a session for reading, whether or not another process writes to it.
    package func read(_ name: String) async throws(StoreError) -> RecordedSession {
        let name = try SessionName(name)
        return try await Self.blocking { () throws(StoreError) in try Self.read(name, try existing(name)) }
    }

    package func exists(_ name: String) async throws(StoreError) -> Bool {
        let name = try SessionName(name)
        return try await Self.blocking { () throws(StoreError) in
            do throws(StoreError) {
                _ = try existing(name)
                return true
            } catch {
                guard error.code == .notFound else { throw error }
                return false
            }
        }
    }

    /// All sessions, the most recently active first. One that cannot be read is listed with its problem.
    package func list() async throws(StoreError) -> [SessionSummary] {
        let names = try await Self.blocking(names)
        var summaries: [SessionSummary] = []
        for name in names {
            do throws(StoreError) {
                summaries.append(try await summary(name.description))
            } catch {
                // Deleted since its name was read.
                guard error.code != .notFound else { continue }
                throw error
            }
        }
        return summaries.sorted { ($0.lastActive, $1.name) > ($1.lastActive, $0.name) }
    }

    package func summary(_ name: String) async throws(StoreError) -> SessionSummary {
        let name = try SessionName(name)
        return try await Self.blocking { () throws(StoreError) in
            let folder = SessionFolder(path: try resolvedRoot() + "/" + name.description)
            var summary = SessionSummary(name: name.description, path: folder.path)
            do throws(StoreError) {
                _ = try existing(name)
                summary.holder = SessionLock.holder(folder.lock)
                summary.bytesOnDisk = folder.bytesOnDisk()
                summary = try Self.read(name, folder).journal.completing(summary)
            } catch {
                guard error.code != .notFound else { throw error }
                summary.problem = error
            }
            return summary
        }
    }

    /// Whether a process has a session open for writing now.
    package func isOpen(_ name: SessionName) async throws(StoreError) -> Bool {
        try await Self.blocking { () throws(StoreError) in SessionLock.holder(try existing(name).lock) != nil }
    }

    /// Deletes a session and everything in its folder. Throws `.locked` while a process has it open.
    package func delete(_ name: String) async throws(StoreError) {
        let name = try SessionName(name)
        try await Self.blocking { () throws(StoreError) in
            let folder = try existing(name)
            let lock = try SessionLock(path: folder.lock, session: name.description)
            defer { withExtendedLifetime(lock) {} }
            // Out of the way in one step, so that no half-deleted session is ever seen under its name.
            let grave = try resolvedRoot() + "/.deleted-\(name)-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            guard rename(folder.path, grave) == 0 else {
                throw StoreError(systemError: errno, doing: "delete \(folder.path)")
            }
            do {
                try FileManager.default.removeItem(atPath: grave)
            } catch {
                throw StoreError(
                    .failed,
                    "The session is gone, but not all of \(grave) could be deleted: \(error.localizedDescription)")
            }
        }
    }
}

extension SessionStore {
    private static func open(_ name: SessionName, _ folder: SessionFolder) throws(StoreError) -> OpenSession {
        let lock = try SessionLock(path: folder.lock, session: name.description)
        try folder.complete()
        let ballast = Ballast(path: folder.ballast)
        let journal: SQLiteJournal
        do throws(JournalError) {
            journal = try SQLiteJournal(path: folder.journal, session: name.description, lock: lock, ballast: ballast)
        } catch {
            throw StoreError(error)
        }
        ballast.take()
        lock.sign(epoch: journal.epoch)
        return OpenSession(name: name, folder: folder, journal: journal)
    }

    private static func read(_ name: SessionName, _ folder: SessionFolder) throws(StoreError) -> RecordedSession {
        do throws(JournalError) {
            return RecordedSession(name: name, folder: folder, journal: try JournalReader(path: folder.journal))
        } catch {
            throw StoreError(error)
        }
    }

    private func existing(_ name: SessionName) throws(StoreError) -> SessionFolder {
        let found = SessionFolder(path: try resolvedRoot() + "/" + name.description)
        do throws(StoreError) {
            try found.check()
        } catch {
            guard error.code == .notFound else { throw error }
            throw StoreError(.notFound, "There is no session \(name). 'lathe sessions list' shows all.")
        }
        return found
    }

    private func names() throws(StoreError) -> [SessionName] {
        var names: [SessionName] = []
        guard let stream = opendir(folder) else {
            guard errno == ENOENT else { throw StoreError(systemError: errno, doing: "read \(folder)") }
            return names
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let text = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let type = Int32(entry.pointee.d_type)
            guard type == Int32(DT_DIR) || type == Int32(DT_UNKNOWN), let name = try? SessionName(text) else {
                continue
            }
            names.append(name)
        }
        return names
    }

    /// The folder of the sessions without links in its path, which SQLite refuses to follow.
    private func resolvedRoot() throws(StoreError) -> String {
        guard let resolved = realpath(folder, nil) else {
            // Without a folder there is no session: the absolute path serves the messages.
            guard errno == ENOENT else { throw StoreError(systemError: errno, doing: "find \(folder)") }
            return URL(fileURLWithPath: folder).path
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Makes the folder of the sessions, for its owner alone, and keeps it out of version control: journals hold data.
    private func makeRoot() throws(StoreError) {
        guard !FileManager.default.fileExists(atPath: folder) else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try Data("*\n".utf8).write(to: URL(fileURLWithPath: folder + "/.gitignore"))
        } catch {
            let parent = URL(fileURLWithPath: folder).deletingLastPathComponent().path
            let code: StoreError.Code = access(parent, W_OK) == 0 ? .failed : .readOnly
            throw StoreError(code, "The folder \(folder) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Runs what blocks on the disk on a thread that may block.
    private static func blocking<T: Sendable>(
        _ body: @escaping @Sendable () throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        try await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Result(catching: body)) }
        }.get()
    }
}
