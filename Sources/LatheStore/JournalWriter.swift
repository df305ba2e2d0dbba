internal import LatheVocabulary

/// The one connection that writes a journal. Blocks on the disk: used on the journal's own queue only.
final class JournalWriter {
    /// Counts the program runs that wrote this journal. A writer whose epoch is not the newest any more writes nothing.
    let epoch: Int
    let lastSequence: Int
    let connection: SQLiteConnection
    private let insertion: SQLiteStatement
    private let bodyInsertion: SQLiteStatement

    /// Opens or makes the journal at `path`, brings it to the current format and takes a new epoch.
    init(path: String, session: String, now: Double) throws(JournalError) {
        connection = try SQLiteConnection(path: path, mode: .readWrite)
        _ = try JournalSchema.check(connection)
        try Self.configure(connection)
        try JournalSchema.migrate(connection)
        epoch = try Self.takeEpoch(connection, session: session, now: now)
        lastSequence = try connection.integer("SELECT coalesce(max(sequence), 0) FROM event") ?? 0
        insertion = try connection.statement(
            "INSERT INTO event (sequence, time, place, kind, epoch, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        bodyInsertion = try connection.statement(
            "INSERT INTO body (hash, previous, data) VALUES (?1, nullif(?2, ''), ?3) ON CONFLICT (hash) DO NOTHING")
    }

    private static func configure(_ connection: SQLiteConnection) throws(JournalError) {
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw JournalError(
                .failed,
                "The file system of \(connection.path) cannot hold a write-ahead log. Put the project on a local disk.")
        }
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA trusted_schema = OFF")
    }

    private static func takeEpoch(
        _ connection: SQLiteConnection, session: String, now: Double
    ) throws(JournalError) -> Int {
        try connection.transaction { () throws(JournalError) in
            let statement = try connection.statement(
                """
                INSERT INTO session (one, name, created, epoch) VALUES (1, ?1, ?2, 1)
                ON CONFLICT (one) DO UPDATE SET epoch = epoch + 1
                """)
            try statement.bind(session, at: 1)
            try statement.bind(now, at: 2)
            try statement.run()
            return try connection.integer("SELECT epoch FROM session") ?? 0
        }
    }

    /// Stores the rows in one transaction, synchronised to disk when this returns.
    func write(_ rows: some Sequence<JournalRow>) throws(JournalError) {
        try connection.transaction { () throws(JournalError) in
            guard try connection.integer("SELECT epoch FROM session") == epoch else {
                throw JournalError(
                    .locked, "Another lathe has taken over the session of \(connection.path). Nothing was written.")
            }
            for row in rows {
                for body in row.bodies { try insert(body) }
                try insert(row)
            }
        }
    }

    private func insert(_ body: StoredBody) throws(JournalError) {
        try bodyInsertion.bind(body.hash, at: 1)
        try bodyInsertion.bind(body.previous ?? "", at: 2)
        try bodyInsertion.bind(body.data, at: 3)
        try bodyInsertion.run()
    }

    private func insert(_ row: JournalRow) throws(JournalError) {
        try insertion.bind(row.sequence, at: 1)
        try insertion.bind(row.time, at: 2)
        try insertion.bind(row.place, at: 3)
        try insertion.bind(row.kind, at: 4)
        try insertion.bind(epoch, at: 5)
        try insertion.bind(row.data, at: 6)
        try insertion.run()
    }

    /// Moves the log into the database file, so that the journal is a single file. Readers may hold some of it back.
    func checkpoint() throws(JournalError) {
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}
