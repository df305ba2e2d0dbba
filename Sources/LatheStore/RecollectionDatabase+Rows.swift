internal import LatheVocabulary

/// Single rows of what is remembered.
extension RecollectionDatabase {
    static let columns =
        "id, kind, text, about, origin, marks, until, replaced_by, replaced, episode, \(replacedUntil(of: "recollection"))"

    /// The last day on which a row is replaced: the latest of what took its place, what took the place of that, and so on. Null where
    /// one of them holds for good, and where there is none.
    static func replacedUntil(of row: String) -> String {
        """
        (WITH RECURSIVE later(replaced_by, until) AS (
            SELECT next.replaced_by, next.until FROM recollection AS next WHERE next.id = \(row).replaced_by
            UNION ALL
            SELECT next.replaced_by, next.until FROM recollection AS next JOIN later ON next.id = later.replaced_by
        ) SELECT CASE WHEN count(*) = count(until) THEN max(until) END FROM later)
        """
    }

    /// How subjects and words are compared: without regard to case, spaces and accents' forms.
    static func comparable(_ text: String) -> String {
        text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }).joined(separator: " ")
    }

    static func facts(
        _ connection: SQLiteConnection, about subject: String, in project: String
    ) throws(JournalError) -> [Recollection] {
        let statement = try connection.statement(
            "SELECT \(columns) FROM recollection WHERE project = ?1 AND kind = 'fact' AND subject = ?2 ORDER BY id DESC"
        )
        try statement.bind(project, at: 1)
        try statement.bind(subject, at: 2)
        return try read(statement, connection)
    }

    static func count(
        _ connection: SQLiteConnection, _ kind: Recollection.Kind?, in project: String
    ) throws(JournalError) -> Int {
        let statement = try connection.statement(
            "SELECT count(*) FROM recollection WHERE project = ?1 AND (?2 = '' OR kind = ?2)")
        try statement.bind(project, at: 1)
        try statement.bind(kind?.rawValue ?? "", at: 2)
        return try statement.step() ? statement.integer(0) : 0
    }

    static func insert(
        _ one: Recollection, subject: String, in project: String, _ connection: SQLiteConnection
    ) throws(JournalError) -> Int {
        let statement = try connection.statement(
            """
            INSERT INTO recollection (project, kind, text, about, answer, subject, rank, session, time, origin, marks,
                until, episode, began, sequence)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, nullif(?8, ''), ?9, ?10, ?11, nullif(?12, ''), nullif(?13, ''), ?14, ?15)
            """)
        let episode = one.episode
        for (index, text) in [project, one.kind.rawValue, one.text, one.about, episode?.answer ?? "", subject]
            .enumerated()
        {
            try statement.bind(text, at: Int32(index + 1))
        }
        try statement.bind(one.rank, at: 7)
        try statement.bind(one.origin.session ?? "", at: 8)
        try statement.bind(one.origin.time, at: 9)
        try statement.bind(try text(one.origin), at: 10)
        try statement.bind(JSONValue.array(one.marks.map { .string($0.rawValue) }).text, at: 11)
        try statement.bind(one.until ?? "", at: 12)
        try statement.bind(try episode.map { value throws(JournalError) in try text(value) } ?? "", at: 13)
        try statement.bind(episode?.began ?? 0, at: 14)
        try statement.bind(episode?.sequence ?? 0, at: 15)
        try statement.run()
        let id = try connection.integer("SELECT last_insert_rowid()") ?? 0
        try index(id, .takes, connection)
        return id
    }

    /// Has the index take up the words of a row, or drop them, which takes the same words.
    private static func index(
        _ id: Int, _ change: IndexChange, _ connection: SQLiteConnection
    ) throws(JournalError) {
        let statement = try connection.statement(change.rawValue)
        try statement.bind(id, at: 1)
        try statement.run()
    }

    private enum IndexChange: String {
        case takes = """
            INSERT INTO word (rowid, about, text, answer) SELECT id, about, text, answer FROM recollection WHERE id = ?1
            """
        case drops = """
            INSERT INTO word (word, rowid, about, text, answer)
                SELECT 'delete', id, about, text, answer FROM recollection WHERE id = ?1
            """
    }

    static func replace(
        _ id: Int, by other: Int, _ time: Double, _ connection: SQLiteConnection
    ) throws(JournalError) {
        let statement = try connection.statement(
            "UPDATE recollection SET replaced_by = ?2, replaced = ?3 WHERE id = ?1")
        try statement.bind(id, at: 1)
        try statement.bind(other, at: 2)
        try statement.bind(time, at: 3)
        try statement.run()
    }

    /// What it had taken the place of stands again, or is replaced by what took its own place.
    static func remove(_ id: Int, _ connection: SQLiteConnection) throws(JournalError) {
        try index(id, .drops, connection)
        let steps = [
            """
            UPDATE recollection SET (replaced_by, replaced) = (
                SELECT replaced_by, replaced FROM recollection WHERE id = ?1
            ) WHERE replaced_by = ?1
            """,
            "DELETE FROM recollection WHERE id = ?1", "DELETE FROM vector WHERE id = ?1",
        ]
        for sql in steps {
            let statement = try connection.statement(sql)
            try statement.bind(id, at: 1)
            try statement.run()
        }
    }

    // MARK: Episodes

    static func isKnown(
        _ session: String, _ episode: Episode, in project: String, _ connection: SQLiteConnection
    ) throws(JournalError) -> Bool {
        let tables = ["recollection", "forgotten"]
        for table in tables {
            let statement = try connection.statement(
                "SELECT 1 FROM \(table) WHERE project = ?1 AND session = ?2 AND began = ?3 AND sequence = ?4")
            try bind(project, session, episode, statement)
            if try statement.step() { return true }
        }
        return false
    }

    static func noteForgotten(
        _ session: String, _ episode: Episode, in project: String, _ connection: SQLiteConnection
    ) throws(JournalError) {
        let statement = try connection.statement("INSERT OR IGNORE INTO forgotten VALUES (?1, ?2, ?3, ?4)")
        try bind(project, session, episode, statement)
        try statement.run()
    }

    static func dropOldest(in project: String, _ connection: SQLiteConnection) throws(JournalError) {
        let excess = try count(connection, .episode, in: project) - RecollectionLimits.episodes
        guard excess > 0 else { return }
        let oldest = try connection.statement(
            "SELECT \(columns) FROM recollection WHERE project = ?1 AND kind = 'episode' ORDER BY time, id LIMIT ?2")
        try oldest.bind(project, at: 1)
        try oldest.bind(excess, at: 2)
        for one in try read(oldest, connection) {
            if let episode = one.episode, let session = one.origin.session {
                try noteForgotten(session, episode, in: project, connection)
            }
            try remove(one.id, connection)
        }
        let counted = try connection.statement(
            "INSERT INTO dropped VALUES (?1, ?2) ON CONFLICT (project) DO UPDATE SET episodes = episodes + ?2")
        try counted.bind(project, at: 1)
        try counted.bind(excess, at: 2)
        try counted.run()
    }

    private static func bind(
        _ project: String, _ session: String, _ episode: Episode, _ statement: SQLiteStatement
    ) throws(JournalError) {
        try statement.bind(project, at: 1)
        try statement.bind(session, at: 2)
        try statement.bind(episode.began, at: 3)
        try statement.bind(episode.sequence, at: 4)
    }

    // MARK: JSON

    static func read(
        _ statement: SQLiteStatement, _ connection: SQLiteConnection
    ) throws(JournalError) -> [Recollection] {
        var found: [Recollection] = []
        while try statement.step() {
            let isReplaced = !statement.isNull(7)
            do {
                let marks = try JSONValue(parsing: statement.text(5)).arrayValue ?? []
                found.append(
                    Recollection(
                        id: statement.integer(0), kind: Recollection.Kind(rawValue: statement.text(1)) ?? .fact,
                        text: statement.text(2), about: statement.text(3),
                        origin: try value(statement.text(4)),
                        marks: marks.compactMap { $0.stringValue.flatMap(Recollection.Mark.init) },
                        until: statement.isNull(6) ? nil : statement.text(6),
                        replacement: isReplaced
                            ? Recollection.Replacement(
                                by: statement.integer(7), time: statement.double(8),
                                until: statement.isNull(10) ? nil : statement.text(10)) : nil,
                        episode: statement.isNull(9) ? nil : try value(statement.text(9))))
            } catch {
                throw JournalError(
                    .corrupt,
                    "\(connection.path) cannot be read at number \(statement.integer(0)): \(error). Move it away; what it "
                        + "remembers is lost, the sessions' journals have what was said.")
            }
        }
        return found
    }

    private static func value<Value: Decodable>(_ text: String) throws -> Value {
        try JSONValueDecoder().decode(from: try JSONValue(parsing: text)) { try Value(from: $0) }
    }

    private static func text(_ value: some Encodable) throws(JournalError) -> String {
        do {
            return try JSONValueEncoder().encode { try value.encode(to: $0) }.text
        } catch {
            throw JournalError(.misuse, "what is to be remembered cannot be written as JSON: \(error)")
        }
    }
}
