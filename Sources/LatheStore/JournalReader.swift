internal import Foundation
internal import Glibc
package import LatheVocabulary
internal import Synchronization

/// A journal opened for reading alone, also while another lathe writes to it. Sees what is committed at each call.
package final class JournalReader: Sendable {
    package let path: String
    private let queue = DispatchQueue(label: "lathe.journal.reader")
    private let connection: Mutex<SQLiteConnection>

    /// Opens the journal at `path`. Blocks on the disk.
    init(path: String) throws(JournalError) {
        let connection = try Self.connect(path)
        guard try JournalSchema.check(connection) > 0 else {
            throw JournalError(.corrupt, "\(path) is empty: no lathe has finished making this session. Delete it.")
        }
        self.path = path
        self.connection = Mutex(connection)
    }

    /// On media that cannot be written SQLite has no place for its shared memory. Then the file is read as it is, which is
    /// whole only where no log lies beside it.
    private static func connect(_ path: String) throws(JournalError) -> SQLiteConnection {
        do throws(JournalError) {
            let connection = try SQLiteConnection(path: path, mode: .readOnly)
            _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
            return connection
        } catch {
            guard [.readOnly, .failed].contains(error.code), access(path, R_OK) == 0 else { throw error }
            var log = stat()
            guard stat(path + "-wal", &log) != 0 || log.st_size == 0 else {
                throw JournalError(
                    .readOnly,
                    "\(path) has unmerged changes in a folder that cannot be written. Copy the session elsewhere to read it.",
                    underlying: error.underlying)
            }
            return try SQLiteConnection(path: path, mode: .immutable)
        }
    }

    /// The committed events above `sequence`, in order; of all kinds where `kinds` is nil.
    package func events(
        after sequence: Int, of kinds: Set<EventBody.Kind>? = nil, texts: RequestTexts = .all
    ) async throws(JournalError) -> [Event] {
        try await withConnection { connection throws(JournalError) in
            try connection.rows(after: sequence, of: kinds, texts: texts)
        }.events()
    }

    /// Whether the newest task of the coordinator has no end.
    package func hasUnfinishedTask() async throws(JournalError) -> Bool {
        try await withConnection { connection throws(JournalError) in
            try connection.newestTask()?.kind == EventBody.Kind.taskSubmitted.rawValue
        }
    }

    /// All events as a session is gone on with: the requests of conversations without their texts, since what was said is in the
    /// other events, and all of them together grow with the square of the turns.
    package func history() async throws(JournalError) -> [Event] {
        try await withConnection { connection throws(JournalError) in
            try connection.rows(after: 0, of: nil, texts: .questions)
        }.events()
    }

    func withConnection<T: Sendable>(
        _ body: @escaping @Sendable (SQLiteConnection) throws(JournalError) -> T
    ) async throws(JournalError) -> T {
        try await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(
                    returning: Result { () throws(JournalError) in
                        try self.connection.withLock { connection throws(JournalError) in try body(connection) }
                    })
            }
        }.get()
    }
}

extension JournalReader {
    /// A summary with what the journal says added. Blocks on the disk.
    func completing(_ summary: SessionSummary) throws(StoreError) -> SessionSummary {
        do throws(JournalError) {
            return try connection.withLock { connection throws(JournalError) in
                var summary = summary
                try summary.fold(connection)
                return summary
            }
        } catch {
            throw StoreError(error)
        }
    }
}
