internal import Foundation
internal import Glibc
internal import LatheVocabulary
internal import Synchronization

/// An SQLite file of the user's own state: opened when it is first needed, made with the first entry, read and written by its owner
/// alone, and safe from any thread. What is deleted of it is overwritten.
final class StateFile<Failure: Error & Sendable>: Sendable {
    private struct State {
        var connection: SQLiteConnection?
    }

    let path: String
    private let state = Mutex(State())
    private let schema: Schema
    private let failure: @Sendable (JournalError) -> Failure

    /// `failure` says what a caller is told of what SQLite says.
    init(path: String, _ schema: Schema, failure: @escaping @Sendable (JournalError) -> Failure) {
        self.path = path
        self.schema = schema
        self.failure = failure
    }

    var exists: Bool { access(path, F_OK) == 0 }

    /// Nil where there is no file yet.
    func reading<T: Sendable>(
        _ body: (SQLiteConnection) throws(JournalError) -> T
    ) throws(Failure) -> T? {
        guard exists else { return nil }
        return try working(body)
    }

    func writing<T: Sendable>(
        _ body: (SQLiteConnection) throws(JournalError) -> T
    ) throws(Failure) -> T {
        try working { connection throws(JournalError) in
            try connection.transaction { () throws(JournalError) in try body(connection) }
        }
    }

    private func working<T: Sendable>(
        _ body: (SQLiteConnection) throws(JournalError) -> T
    ) throws(Failure) -> T {
        let result = state.withLock { state -> Result<T, Failure> in
            do throws(JournalError) {
                return .success(try body(try opened(&state)))
            } catch {
                return .failure(failure(error))
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
        _ = try schema.check(new)
        // What is deleted is overwritten; the journal of a transaction is emptied with it.
        try new.execute(
            "PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -16000"
        )
        try schema.migrate(new)
        chmod(file, 0o600)
        state.connection = new
        return new
    }
}
