internal import LatheVocabulary

/// The numbered format of one kind of file, by which an older file becomes a current one and a newer one is left alone.
struct Schema: Sendable {
    let applicationID: Int
    /// Migration N brings a file from version N to N + 1.
    let migrations: [String]
    /// What a file is, for messages: `journal of lathe`.
    let what: String

    var version: Int { migrations.count }

    /// Refuses what is another file, or one of a later lathe. Version 0 is an empty file.
    func check(_ connection: SQLiteConnection) throws(JournalError) -> Int {
        // Tables first: another program may be making them now, and with them comes all the rest.
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        let found = try connection.integer("PRAGMA user_version") ?? 0
        let application = try connection.integer("PRAGMA application_id") ?? 0
        if found == 0, application == 0, tables == 0 { return 0 }
        guard application == applicationID else {
            throw JournalError(.corrupt, "\(connection.path) is a database, but no \(what). Move it away.")
        }
        guard found <= version else {
            throw JournalError(
                .newerFormat,
                """
                \(connection.path) was written by a newer lathe (format \(found), this one reads up to \(version)). \
                Use that lathe.
                """)
        }
        return found
    }

    /// Brings a file that is open for writing to the current version, in one transaction.
    func migrate(_ connection: SQLiteConnection) throws(JournalError) {
        guard try check(connection) < version else { return }
        try connection.transaction { () throws(JournalError) in
            // Asked again inside: another program may have been faster.
            for step in try check(connection)..<version {
                try connection.execute(migrations[step])
                try connection.execute("PRAGMA user_version = \(step + 1)")
            }
            try connection.execute("PRAGMA application_id = \(applicationID)")
        }
    }
}
