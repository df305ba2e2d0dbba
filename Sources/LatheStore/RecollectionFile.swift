internal import Foundation
internal import Glibc
internal import LatheVocabulary
internal import Synchronization

/// The file with what projects remember: opened when it is first needed, made with the first entry.
final class RecollectionFile: Sendable {
    private struct State {
        var connection: SQLiteConnection?
    }

    let path: String
    private let state = Mutex(State())
    private static let schema = Schema(
        applicationID: RecollectionSchema.applicationID, migrations: RecollectionSchema.migrations,
        what: "memory of lathe's")

    init(path: String) { self.path = path }

    /// Nil where there is no file yet.
    func reading<T: Sendable>(
        _ body: (SQLiteConnection) throws(JournalError) -> T
    ) throws(RecollectionError) -> T? {
        guard access(path, F_OK) == 0 else { return nil }
        return try working(body)
    }

    func writing<T: Sendable>(
        _ body: (SQLiteConnection) throws(JournalError) -> T
    ) throws(RecollectionError) -> T {
        try working { connection throws(JournalError) in
            try connection.transaction { () throws(JournalError) in try body(connection) }
        }
    }

    private func working<T: Sendable>(
        _ body: (SQLiteConnection) throws(JournalError) -> T
    ) throws(RecollectionError) -> T {
        let result = state.withLock { state -> Result<T, RecollectionError> in
            do throws(JournalError) {
                return .success(try body(try opened(&state)))
            } catch {
                return .failure(RecollectionError(.unreadable, error.reason))
            }
        }
        return try result.get()
    }

    private func opened(_ state: inout State) throws(JournalError) -> SQLiteConnection {
        if let connection = state.connection { return connection }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw JournalError(.readOnly, "The folder \(folder) cannot be made: \(error.localizedDescription)")
        }
        // SQLite refuses to follow links; the folder's own may be one.
        guard let resolved = realpath(folder, nil) else {
            throw JournalError(.failed, "The folder \(folder) cannot be found: \(String(cString: strerror(errno))).")
        }
        defer { free(resolved) }
        let file = String(cString: resolved) + "/" + (path as NSString).lastPathComponent
        let new = try SQLiteConnection(path: file, mode: .readWrite)
        _ = try Self.schema.check(new)
        // What is deleted is overwritten; the journal of a transaction is emptied with it.
        try new.execute(
            "PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -16000"
        )
        try Self.schema.migrate(new)
        chmod(file, 0o600)
        state.connection = new
        return new
    }
}
