internal import LatheVocabulary

/// The tables of the index of a library. Nothing in it is worth keeping: another version is made anew.
enum LibraryIndexSchema {
    /// "Lati" in the header of the file.
    static let applicationID = 0x4C61_7469
    static let version = 1

    static let tables = """
        CREATE TABLE document (
            id INTEGER PRIMARY KEY,
            path TEXT NOT NULL UNIQUE,
            digest TEXT NOT NULL,
            name TEXT NOT NULL,
            summary TEXT NOT NULL,
            signature TEXT NOT NULL,
            docstring TEXT NOT NULL,
            meaning TEXT NOT NULL
        ) STRICT;
        CREATE VIRTUAL TABLE word USING fts5 (
            name, summary, signature, docstring,
            content = 'document', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
        );
        CREATE VIRTUAL TABLE piece USING fts5 (
            name, summary, content = 'document', content_rowid = 'id', tokenize = 'trigram'
        );
        CREATE TRIGGER document_added AFTER INSERT ON document BEGIN
            INSERT INTO word (rowid, name, summary, signature, docstring)
                VALUES (new.id, new.name, new.summary, new.signature, new.docstring);
            INSERT INTO piece (rowid, name, summary) VALUES (new.id, new.name, new.summary);
        END;
        CREATE TRIGGER document_removed AFTER DELETE ON document BEGIN
            INSERT INTO word (word, rowid, name, summary, signature, docstring)
                VALUES ('delete', old.id, old.name, old.summary, old.signature, old.docstring);
            INSERT INTO piece (piece, rowid, name, summary) VALUES ('delete', old.id, old.name, old.summary);
        END;
        CREATE TABLE vector (
            model TEXT NOT NULL,
            meaning TEXT NOT NULL,
            numbers BLOB NOT NULL,
            PRIMARY KEY (model, meaning)
        ) STRICT, WITHOUT ROWID;
        PRAGMA user_version = \(version);
        PRAGMA application_id = \(applicationID);
        """

    enum Standing { case empty, current, foreign }

    /// `foreign` is a file of another version, or of somebody else.
    static func standing(of connection: SQLiteConnection) throws(JournalError) -> Standing {
        if try connection.integer("SELECT count(*) FROM sqlite_schema") == 0 { return .empty }
        let application = try connection.integer("PRAGMA application_id")
        let found = try connection.integer("PRAGMA user_version")
        return application == applicationID && found == version ? .current : .foreign
    }
}
