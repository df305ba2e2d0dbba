internal import Foundation
internal import Glibc
package import LatheVocabulary
internal import Synchronization

/// The library's journal in `.lathe/library.db`, shared by all lathes of a project.
///
/// Each event is one transaction, synchronised to disk before it is acted on. The file is made with the first event; until
/// then the library has no past. Blocks on the disk; safe from any thread.
package final class LibraryDatabase: LibraryJournal {
    package let path: String
    private let connection = Mutex<SQLiteConnection?>(nil)

    /// Runs `body` with the connection; nil where there is no file and none is to be made.
    func working<T: Sendable>(
        _ need: Need, _ body: (SQLiteConnection?) throws(JournalError) -> T
    ) throws(LibraryError) -> T {
        try mapped { () throws(JournalError) in
            try connection.withLock { connection throws(JournalError) in
                try body(try self.opened(&connection, need))
            }
        }
    }

    private static let schema = Schema(
        applicationID: LibrarySchema.applicationID, migrations: LibrarySchema.migrations,
        what: "library journal of lathe")

    /// - Parameter folder: absolute path of the project's `.lathe`; made with the first event.
    package init(folder: String) { path = folder + "/library.db" }

    package func record(_ event: LibraryEvent, source: String?) throws(LibraryError) {
        try mapped { () throws(JournalError) in
            try connection.withLock { connection throws(JournalError) in
                try Self.write(event, source, try self.opened(&connection, .made))
            }
        }
    }

    package func events(after sequence: Int) throws(LibraryError) -> [LibraryEvent] {
        try mapped { () throws(JournalError) in
            try connection.withLock { connection throws(JournalError) in
                guard let connection = try self.opened(&connection, .existing) else { return [] }
                return try Self.read(connection, after: sequence)
            }
        }
    }

    package func source(_ sha256: String) throws(LibraryError) -> String? {
        try mapped { () throws(JournalError) in
            try connection.withLock { connection throws(JournalError) in
                guard let connection = try self.opened(&connection, .existing) else { return nil }
                let statement = try connection.statement("SELECT data FROM source WHERE sha256 = ?1")
                try statement.bind(sha256, at: 1)
                return try statement.step() ? statement.text(0) : nil
            }
        }
    }

    private static func write(
        _ event: LibraryEvent, _ source: String?, _ connection: SQLiteConnection?
    ) throws(JournalError) {
        guard let connection else {
            throw JournalError(.failed, "The library's journal went away while it was opened.")
        }
        let data: JSONValue
        do {
            data = try JSONValueEncoder().encode(event)
        } catch {
            throw JournalError(.misuse, "An event of the library cannot be written as JSON: \(error)")
        }
        try connection.transaction { () throws(JournalError) in
            if let source {
                let kept = try connection.statement(
                    "INSERT INTO source (sha256, data) VALUES (?1, ?2) ON CONFLICT (sha256) DO NOTHING")
                try kept.bind(event.sha256, at: 1)
                try kept.bind(source, at: 2)
                try kept.run()
            }
            let statement = try connection.statement(
                "INSERT INTO event (time, action, kind, name, data) VALUES (?1, ?2, ?3, ?4, ?5)")
            try statement.bind(RunClock.shared.now, at: 1)
            try statement.bind(event.action.rawValue, at: 2)
            try statement.bind(event.kind.rawValue, at: 3)
            try statement.bind(event.name, at: 4)
            try statement.bind(data.text, at: 5)
            try statement.run()
        }
    }

    private static func read(
        _ connection: SQLiteConnection, after sequence: Int
    ) throws(JournalError) -> [LibraryEvent] {
        let statement = try connection.statement(
            "SELECT sequence, time, data FROM event WHERE sequence > ?1 ORDER BY sequence")
        try statement.bind(sequence, at: 1)
        var events: [LibraryEvent] = []
        while try statement.step() {
            let sequence = statement.integer(0)
            do {
                var event = try JSONValueDecoder().decode(
                    LibraryEvent.self, from: try JSONValue(parsing: Array(statement.text(2).utf8)))
                (event.sequence, event.time) = (sequence, statement.double(1))
                events.append(event)
            } catch {
                throw JournalError(
                    .corrupt, "Event \(sequence) of \(connection.path) cannot be read. Restore the file from a backup.")
            }
        }
        return events
    }

    enum Need { case existing, made }

    /// The connection that is kept; nil where there is no file and none is to be made.
    private func opened(_ connection: inout SQLiteConnection?, _ need: Need) throws(JournalError) -> SQLiteConnection? {
        if let connection { return connection }
        guard need == .made || access(path, F_OK) == 0 else { return nil }
        let folder = try Self.made(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        let new = try SQLiteConnection(path: folder + "/library.db", mode: .readWrite)
        _ = try Self.schema.check(new)
        guard try new.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw JournalError(
                .failed, "The file system of \(path) cannot hold a write-ahead log. Put the project on a local disk.")
        }
        try new.execute("PRAGMA synchronous = FULL")
        try new.execute("PRAGMA trusted_schema = OFF")
        try Self.schema.migrate(new)
        connection = new
        return new
    }

    /// Makes the folder, kept out of version control, and gives its path without links, which SQLite refuses to follow.
    private static func made(_ folder: String) throws(JournalError) -> String {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let ignore = folder + "/.gitignore"
            // One that is there is the user's own.
            if access(ignore, F_OK) != 0 {
                try Data("sessions/\nlibrary*.db*\n".utf8).write(to: URL(fileURLWithPath: ignore))
            }
        } catch {
            throw JournalError(.readOnly, "The folder \(folder) cannot be made: \(error.localizedDescription)")
        }
        guard let resolved = realpath(folder, nil) else {
            throw JournalError(.failed, "The folder \(folder) cannot be found: \(String(cString: strerror(errno))).")
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private func mapped<T>(_ body: () throws(JournalError) -> T) throws(LibraryError) -> T {
        do throws(JournalError) {
            return try body()
        } catch {
            throw LibraryError(.unreadable, error.reason)
        }
    }
}
