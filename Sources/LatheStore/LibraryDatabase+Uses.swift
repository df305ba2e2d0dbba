package import LatheVocabulary

/// Uses of capabilities: a row for each event of a session and each version that it is about.
extension LibraryDatabase {
    package func add(_ uses: [SessionUse]) throws(LibraryError) -> [SessionUse] {
        try working(.made) { connection throws(JournalError) in
            guard let connection else { return [] }
            var new: [SessionUse] = []
            try connection.transaction { () throws(JournalError) in
                let insert = try connection.statement(
                    """
                    INSERT INTO use (session, began, sequence, time, kind, name, sha256, calls, excused, failures, errors, seconds,
                        longest, known)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                        (SELECT coalesce(max(sequence), 0) FROM event))
                    ON CONFLICT DO NOTHING
                    """)
                for use in uses {
                    try Self.bind(use, to: insert)
                    try insert.run()
                    if try connection.integer("SELECT changes()") == 1 { new.append(use) }
                }
            }
            return new
        }
    }

    private static func bind(_ one: SessionUse, to insert: SQLiteStatement) throws(JournalError) {
        let use = one.use
        let texts: [(Int32, String)] = [
            (1, one.session), (5, use.kind.rawValue), (6, use.name), (7, use.sha256),
            (11, JSONValue.object(use.errors.mapValues(JSONValue.integer)).text),
        ]
        for (index, text) in texts { try insert.bind(text, at: index) }
        for (index, number) in [(3, one.sequence), (8, use.calls), (9, use.excused), (10, use.failures)] {
            try insert.bind(number, at: Int32(index))
        }
        for (index, number) in [(2, one.began), (4, one.time), (12, use.seconds), (13, use.longest)] {
            try insert.bind(number, at: Int32(index))
        }
    }

    package func totals() throws(LibraryError) -> [UseTotal] {
        try working(.existing) { connection throws(JournalError) in
            guard let connection else { return [] }
            let errors = try Self.errors(connection)
            let statement = try connection.statement(
                """
                SELECT kind, name, sha256, sum(calls), sum(excused), sum(failures), sum(seconds), max(longest), count(*),
                    sum(helped > 0), max(time)
                FROM (
                    SELECT kind, name, sha256, sum(calls) AS calls, sum(excused) AS excused, sum(failures) AS failures,
                        sum(seconds) AS seconds, max(longest) AS longest, sum(calls - excused - failures) AS helped,
                        max(time) AS time
                    FROM use GROUP BY kind, name, sha256, session, began
                )
                GROUP BY kind, name, sha256 ORDER BY kind, name, max(time)
                """)
            var totals: [UseTotal] = []
            while try statement.step() {
                guard let subject = Self.subject(statement) else { continue }
                totals.append(
                    UseTotal(
                        subject: subject,
                        tally: UseTally(
                            calls: statement.integer(3), excused: statement.integer(4), failures: statement.integer(5)),
                        errors: errors[subject] ?? [:], seconds: statement.double(6), longest: statement.double(7),
                        sessions: statement.integer(8), helped: statement.integer(9), last: statement.double(10)))
            }
            return totals
        }
    }

    package func uses(
        of subject: CapabilityUse.Subject, after sequence: Int, since time: Double, atMost limit: Int
    ) throws(LibraryError) -> [SessionUse] {
        try working(.existing) { connection throws(JournalError) in
            guard let connection else { return [] }
            let statement = try connection.statement(
                """
                SELECT session, began, sequence, time, calls, excused, failures, errors, seconds, longest FROM use
                WHERE name = ?1 AND kind = ?2 AND sha256 = ?3 AND known >= ?4 AND time >= ?5 ORDER BY id DESC LIMIT ?6
                """)
            try statement.bind(subject.name, at: 1)
            try statement.bind(subject.kind.rawValue, at: 2)
            try statement.bind(subject.sha256, at: 3)
            try statement.bind(sequence, at: 4)
            try statement.bind(time, at: 5)
            try statement.bind(limit, at: 6)
            var uses: [SessionUse] = []
            while try statement.step() {
                let errors = (try? JSONValue(parsing: Array(statement.text(7).utf8)))?.objectValue ?? [:]
                let use = CapabilityUse(
                    kind: subject.kind, name: subject.name, sha256: subject.sha256, calls: statement.integer(4),
                    excused: statement.integer(5), failures: statement.integer(6),
                    errors: errors.compactMapValues(\.integerValue), seconds: statement.double(8),
                    longest: statement.double(9))
                uses.append(
                    SessionUse(
                        use, session: statement.text(0), began: statement.double(1), sequence: statement.integer(2),
                        time: statement.double(3)))
            }
            return uses
        }
    }

    package func sessions(
        using subject: CapabilityUse.Subject, after sequence: Int, atMost limit: Int
    ) throws(LibraryError) -> [UseTally] {
        try working(.existing) { connection throws(JournalError) in
            guard let connection else { return [] }
            let statement = try connection.statement(
                """
                SELECT sum(calls), sum(excused), sum(failures) FROM use
                WHERE name = ?1 AND kind = ?2 AND sha256 = ?3 AND known >= ?4
                GROUP BY session, began ORDER BY max(id) DESC LIMIT ?5
                """)
            try statement.bind(subject.name, at: 1)
            try statement.bind(subject.kind.rawValue, at: 2)
            try statement.bind(subject.sha256, at: 3)
            try statement.bind(sequence, at: 4)
            try statement.bind(limit, at: 5)
            var tallies: [UseTally] = []
            while try statement.step() {
                tallies.append(
                    UseTally(
                        calls: statement.integer(0), excused: statement.integer(1), failures: statement.integer(2)))
            }
            return tallies
        }
    }

    private static func errors(
        _ connection: SQLiteConnection
    ) throws(JournalError) -> [CapabilityUse.Subject: [String: Int]] {
        let statement = try connection.statement("SELECT kind, name, sha256, errors FROM use WHERE failures > 0")
        var errors: [CapabilityUse.Subject: [String: Int]] = [:]
        while try statement.step() {
            guard let subject = subject(statement),
                let members = (try? JSONValue(parsing: Array(statement.text(3).utf8)))?.objectValue
            else { continue }
            errors[subject, default: [:]].merge(members.compactMapValues(\.integerValue), uniquingKeysWith: +)
        }
        return errors
    }

    private static func subject(_ statement: SQLiteStatement) -> CapabilityUse.Subject? {
        Capability.Kind(rawValue: statement.text(0)).map {
            CapabilityUse.Subject(kind: $0, name: statement.text(1), sha256: statement.text(2))
        }
    }
}
