/// The tables of the library's journal, and how an older file becomes a current one.
enum LibrarySchema {
    /// "LatL" in the header of the file.
    static let applicationID = 0x4C61_744C

    /// Migration N brings a file from version N to N + 1. Never edited once released; only added to.
    static let migrations = [
        """
        CREATE TABLE event (
            sequence INTEGER PRIMARY KEY,
            time REAL NOT NULL,
            action TEXT NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            data TEXT NOT NULL
        ) STRICT;
        CREATE INDEX event_by_name ON event (name, kind, sequence);
        CREATE TRIGGER event_is_kept BEFORE DELETE ON event
            BEGIN SELECT RAISE(ABORT, 'the library''s journal is append-only'); END;
        CREATE TRIGGER event_is_unchanged BEFORE UPDATE ON event
            BEGIN SELECT RAISE(ABORT, 'the library''s journal is append-only'); END;
        CREATE TABLE source (
            sha256 TEXT PRIMARY KEY,
            data TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER source_is_kept BEFORE DELETE ON source
            BEGIN SELECT RAISE(ABORT, 'the library''s journal is append-only'); END;
        CREATE TRIGGER source_is_unchanged BEFORE UPDATE ON source
            BEGIN SELECT RAISE(ABORT, 'the library''s journal is append-only'); END;
        """,
        """
        CREATE TABLE use (
            id INTEGER PRIMARY KEY,
            session TEXT NOT NULL,
            began REAL NOT NULL,
            sequence INTEGER NOT NULL,
            time REAL NOT NULL,
            known INTEGER NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            calls INTEGER NOT NULL,
            excused INTEGER NOT NULL,
            failures INTEGER NOT NULL,
            errors TEXT NOT NULL,
            seconds REAL NOT NULL,
            longest REAL NOT NULL,
            UNIQUE (session, began, sequence, kind, name, sha256)
        ) STRICT;
        CREATE INDEX use_by_version ON use (name, kind, sha256, id);
        CREATE TRIGGER use_is_kept BEFORE DELETE ON use
            BEGIN SELECT RAISE(ABORT, 'the library''s journal is append-only'); END;
        CREATE TRIGGER use_is_unchanged BEFORE UPDATE ON use
            BEGIN SELECT RAISE(ABORT, 'the library''s journal is append-only'); END;
        """,
    ]
}
