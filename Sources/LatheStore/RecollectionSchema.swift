/// The tables of what projects remember across their sessions, and how an older file becomes a current one.
enum RecollectionSchema {
    /// "LatR" in the header of the file.
    static let applicationID = 0x4C61_7452

    /// Migration N brings a file from version N to N + 1. Never edited once released; only added to.
    ///
    /// `subject` is what a fact is about, in the form in which subjects are compared. `rank` says how much its speaker's word counts.
    /// `marks` and `origin`, `episode` are JSON. `word` is kept by hand: the schema of a
    /// file is not trusted, and so has no triggers that write to it. `forgotten` names episodes that are not to be made again, without a word of them.
    static let migrations = [
        """
        CREATE TABLE recollection (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            project TEXT NOT NULL,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            about TEXT NOT NULL,
            answer TEXT NOT NULL,
            subject TEXT NOT NULL,
            rank INTEGER NOT NULL,
            session TEXT,
            time REAL NOT NULL,
            origin TEXT NOT NULL,
            marks TEXT NOT NULL,
            until TEXT,
            replaced_by INTEGER,
            replaced REAL,
            episode TEXT,
            began REAL,
            sequence INTEGER
        ) STRICT;
        CREATE INDEX recollection_subject ON recollection (project, kind, subject);
        CREATE UNIQUE INDEX recollection_episode ON recollection (project, session, began, sequence)
            WHERE kind = 'episode';
        CREATE VIRTUAL TABLE word USING fts5 (
            about, text, answer, content = 'recollection', content_rowid = 'id',
            tokenize = 'porter unicode61 remove_diacritics 2'
        );
        CREATE TABLE vector (
            id INTEGER NOT NULL,
            model TEXT NOT NULL,
            numbers BLOB NOT NULL,
            PRIMARY KEY (id, model)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE forgotten (
            project TEXT NOT NULL,
            session TEXT NOT NULL,
            began REAL NOT NULL,
            sequence INTEGER NOT NULL,
            PRIMARY KEY (project, session, began, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE dropped (project TEXT PRIMARY KEY, episodes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """
    ]
}
