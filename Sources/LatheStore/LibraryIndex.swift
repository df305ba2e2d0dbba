internal import Foundation
internal import Glibc
package import LatheVocabulary
internal import Synchronization

/// The index of a library, or of tools, in an SQLite file: words and parts of words by FTS5, vectors as they are.
///
/// All of it is derived and can be deleted at any time. A damaged file is made anew; where none can be written, the index is in
/// memory. Both are told. Several programs may use one file.
package final class LibraryIndex: CapabilityIndex {
    private struct State {
        var connection: SQLiteConnection?
        var notices: [String] = []
        /// Of the file when the documents were held: another number says that another program wrote to it.
        var version: Int?
    }

    private let path: String
    private let what: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - path: of the file; made with the first search, its folder too.
    ///   - what: what is found with it, in words.
    package init(path: String, what: String = "the library") {
        self.path = path
        self.what = what
    }

    /// One in memory, for what is few and changes.
    package init(inMemoryOf what: String) {
        path = ""
        self.what = what
    }

    package func hold(_ documents: [SearchedDocument]) throws(LibraryError) -> [Int] {
        try working(.holds) { connection throws(JournalError) in
            try connection.transaction { () throws(JournalError) in try Self.hold(documents, in: connection) }
        }
    }

    package func scores(ofWords words: [String]) throws(LibraryError) -> [Int: Double] {
        guard !words.isEmpty else { return [:] }
        return try working { connection throws(JournalError) in
            let statement = try connection.statement(
                "SELECT rowid, bm25(word, 4.0, 2.0, 1.0, 1.0) FROM word WHERE word MATCH ?")
            return try Self.scores(statement, Self.anyOf(words), limit: nil)
        }
    }

    package func scores(ofPieces pieces: [String], limit: Int) throws(LibraryError) -> [Int: Double] {
        guard !pieces.isEmpty else { return [:] }
        return try working { connection throws(JournalError) in
            let statement = try connection.statement(
                "SELECT rowid, bm25(piece, 4.0, 2.0) AS score FROM piece WHERE piece MATCH ? ORDER BY score LIMIT ?")
            return try Self.scores(statement, Self.anyOf(pieces), limit: limit)
        }
    }

    package func vectors(of model: String) throws(LibraryError) -> [String: [Int8]] {
        try working(.asItIs) { connection throws(JournalError) in
            let statement = try connection.statement("SELECT meaning, numbers FROM vector WHERE model = ?")
            try statement.bind(model, at: 1)
            var vectors: [String: [Int8]] = [:]
            while try statement.step() { vectors[statement.text(0)] = statement.numbers(1) }
            return vectors
        }
    }

    package func keep(_ vectors: [String: [Int8]], of model: String) throws(LibraryError) {
        try working(.asItIs) { connection throws(JournalError) in
            try connection.transaction { () throws(JournalError) in
                let insert = try connection.statement("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)")
                for (meaning, numbers) in vectors {
                    try insert.bind(model, at: 1)
                    try insert.bind(meaning, at: 2)
                    try insert.bind(numbers, at: 3)
                    try insert.run()
                }
                // Not a join: there is no index of meanings, and none is worth its room.
                try connection.execute("DELETE FROM vector WHERE meaning NOT IN (SELECT meaning FROM document)")
            }
        }
    }

    package func takeNotices() -> [String] {
        state.withLock { state in
            defer { state.notices = [] }
            return state.notices
        }
    }

    // MARK: Parts

    private static func hold(
        _ documents: [SearchedDocument], in connection: SQLiteConnection
    ) throws(JournalError) -> [Int] {
        var known: [String: (id: Int, digest: String)] = [:]
        let all = try connection.statement("SELECT id, path, digest FROM document")
        while try all.step() { known[all.text(1)] = (all.integer(0), all.text(2)) }
        let remove = try connection.statement("DELETE FROM document WHERE id = ?")
        let insert = try connection.statement(
            "INSERT INTO document (path, digest, name, summary, signature, docstring, meaning) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        var ids: [Int] = []
        for document in documents {
            let there = known.removeValue(forKey: document.path)
            if let there, there.digest == document.digest {
                ids.append(there.id)
                continue
            }
            if let there { try Self.remove(there.id, remove) }
            for (index, text) in texts(of: document).enumerated() { try insert.bind(text, at: Int32(index + 1)) }
            try insert.run()
            ids.append(try connection.integer("SELECT last_insert_rowid()") ?? 0)
        }
        for gone in known.values { try Self.remove(gone.id, remove) }
        return ids
    }

    private static func remove(_ id: Int, _ statement: SQLiteStatement) throws(JournalError) {
        try statement.bind(id, at: 1)
        try statement.run()
    }

    private static func texts(of document: SearchedDocument) -> [String] {
        [
            document.path, document.digest, document.name, document.summary, document.signature,
            String(document.docstring.prefix(20_000)), document.meaning,
        ]
    }

    /// An expression of FTS5. Terms are letters and digits alone: none can be an operator in its quotes.
    private static func anyOf(_ terms: [String]) -> String {
        terms.map { "\"\($0.filter { $0.isLetter || $0.isNumber })\"" }.joined(separator: " OR ")
    }

    private static func scores(
        _ statement: SQLiteStatement, _ expression: String, limit: Int?
    ) throws(JournalError) -> [Int: Double] {
        try statement.bind(expression, at: 1)
        if let limit { try statement.bind(limit, at: 2) }
        var scores: [Int: Double] = [:]
        // SQLite's BM25 is better the lower it is.
        while try statement.step() { scores[statement.integer(0)] = -statement.double(1) }
        return scores
    }

    // MARK: The file

    /// Numbers of documents are good for the file in which they were held.
    private enum Version { case asHeld, holds, asItIs }

    /// Runs `body` with the open file. Where that turns out to be damaged, an empty one is put in its place and the error thrown:
    /// whoever called has to hold the documents again.
    private func working<T: Sendable>(
        _ version: Version = .asHeld, _ body: (SQLiteConnection) throws(JournalError) -> T
    ) throws(LibraryError) -> T {
        let result = state.withLock { state -> Result<T, LibraryError> in
            do throws(JournalError) {
                let connection = try opened(&state)
                let result = try body(connection)
                let now = try connection.integer("PRAGMA data_version")
                if version == .holds { state.version = now }
                guard version == .asItIs || state.version == now else {
                    return .failure(LibraryError(.unreadable, "another program changed the index of \(what)"))
                }
                return .success(result)
            } catch {
                setAside(&state, error)
                return .failure(LibraryError(.unreadable, "the index of \(what) failed: \(error.reason)"))
            }
        }
        return try result.get()
    }

    private func opened(_ state: inout State) throws(JournalError) -> SQLiteConnection {
        if let connection = state.connection { return connection }
        guard !path.isEmpty else {
            let memory = try SQLiteConnection(path: ":memory:", mode: .readWrite)
            try memory.execute(LibraryIndexSchema.tables)
            state.connection = memory
            return memory
        }
        let connection = try SQLiteConnection(path: preparedPath(), mode: .readWrite)
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000")
        switch try LibraryIndexSchema.standing(of: connection) {
        case .current: break
        case .empty:
            try connection.transaction { () throws(JournalError) in
                // Another program may have been faster.
                if try LibraryIndexSchema.standing(of: connection) == .empty {
                    try connection.execute(LibraryIndexSchema.tables)
                }
            }
        case .foreign: throw JournalError(.corrupt, "\(path) is of another version")
        }
        state.connection = connection
        return connection
    }

    /// The file's path without links, which SQLite refuses to follow. Makes its folder where it is missing, kept out of version
    /// control; where that fails, opening the file says so.
    private func preparedPath() -> String {
        let files = FileManager.default
        let folder = (path as NSString).deletingLastPathComponent
        if !files.fileExists(atPath: path) {
            try? files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let ignored = folder + "/.gitignore"
            // One that is there is the user's own.
            if !files.fileExists(atPath: ignored) {
                _ = files.createFile(atPath: ignored, contents: Data("sessions/\nlibrary*.db*\n".utf8))
            }
        }
        guard let resolved = realpath(folder, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved) + "/" + (path as NSString).lastPathComponent
    }

    /// Gets a file that cannot be used out of the way: an empty one, or where none can be written, one in memory.
    private func setAside(_ state: inout State, _ error: JournalError) {
        guard error.code != .locked else { return }
        state.connection = nil
        if error.code == .corrupt, !path.isEmpty {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            state.notices.append("the index of \(what) was damaged and is made anew: \(error.reason)")
            if (try? opened(&state)) != nil { return }
        }
        state.notices.append("the index of \(what) is kept in memory alone: \(error.reason)")
        guard let memory = try? SQLiteConnection(path: ":memory:", mode: .readWrite) else { return }
        try? memory.execute(LibraryIndexSchema.tables)
        state.connection = memory
    }
}
