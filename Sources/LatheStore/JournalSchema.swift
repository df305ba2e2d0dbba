internal import LatheVocabulary

/// The tables of a journal, and how an older file becomes a current one.
enum JournalSchema {
    /// "Lath" in the header of the file, where `file` and SQLite show it.
    static let applicationID = 0x4C61_7468

    /// Migration N brings a file from version N to N + 1. Never edited once released; only added to.
    static let migrations = [
        """
        CREATE TABLE session (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            name TEXT NOT NULL,
            created REAL NOT NULL,
            epoch INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE event (
            sequence INTEGER PRIMARY KEY,
            time REAL NOT NULL,
            place TEXT NOT NULL,
            kind TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            data TEXT NOT NULL
        ) STRICT;
        CREATE INDEX event_by_kind ON event (kind, sequence);
        CREATE TRIGGER event_is_kept BEFORE DELETE ON event
            BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
        CREATE TRIGGER event_is_unchanged BEFORE UPDATE ON event
            BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
        """,
        // 2: what later requests repeat is stored once. Events of format 1 hold it in place and stay as they are.
        """
        CREATE TABLE body (
            hash TEXT PRIMARY KEY,
            previous TEXT,
            data TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER body_is_kept BEFORE DELETE ON body
            BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
        CREATE TRIGGER body_is_unchanged BEFORE UPDATE ON body
            BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
        """,
    ]

    static var version: Int { migrations.count }

    private static let schema = Schema(applicationID: applicationID, migrations: migrations, what: "journal of lathe")

    /// Refuses what is no journal, or one of a later lathe. Version 0 is an empty file.
    static func check(_ connection: SQLiteConnection) throws(JournalError) -> Int { try schema.check(connection) }

    /// Brings a file that is open for writing to the current version, in one transaction.
    static func migrate(_ connection: SQLiteConnection) throws(JournalError) { try schema.migrate(connection) }
}
