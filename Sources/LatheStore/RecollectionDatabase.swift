package import LatheVocabulary

/// What projects remember across their sessions, in one SQLite file of the user's own state.
///
/// Not in the project's folder: one that was cloned must not bring memories that are believed.
package final class RecollectionDatabase: RecollectionRecords {
    private let file: StateFile<RecollectionError>

    package var path: String { file.path }

    /// - Parameter folder: absolute path of the user's state of lathe; made with the first entry.
    package init(folder: String) {
        let schema = Schema(
            applicationID: RecollectionSchema.applicationID, migrations: RecollectionSchema.migrations,
            what: "memory of lathe's")
        file = StateFile(path: folder + "/memory.db", schema) { RecollectionError(.unreadable, $0.reason) }
    }

    // MARK: Keeping

    package func add(
        _ fact: Recollection, in project: String, on day: String
    ) throws(RecollectionError) -> AddedFact {
        let subject = Self.comparable(fact.about)
        let result = try file.writing { connection throws(JournalError) -> Result<AddedFact, RecollectionError> in
            let standing = try Self.facts(connection, about: subject, in: project).filter { $0.stands(on: day) }
            let same = standing.first {
                Self.comparable($0.text) == Self.comparable(fact.text) && $0.rank >= fact.rank && $0.until == fact.until
            }
            if let same { return .success(AddedFact(id: same.id, isNew: false)) }
            let count = try Self.count(connection, .fact, in: project)
            guard count < RecollectionLimits.facts else {
                return .failure(
                    RecollectionError(
                        .limit,
                        "this project remembers \(count) facts, the most there are; lathe memory forget makes room"))
            }
            let id = try Self.insert(fact, subject: subject, in: project, connection)
            // Nobody's word is replaced by one that counts less; what is about nothing in particular replaces nothing.
            let others = subject.isEmpty ? [] : standing
            let replaced = others.filter { $0.rank <= fact.rank }.map(\.id)
            for one in replaced { try Self.replace(one, by: id, fact.origin.time, connection) }
            return .success(
                AddedFact(
                    id: id, isNew: true, replaced: replaced,
                    beside: others.filter { $0.rank > fact.rank }.map(\.id)))
        }
        return try result.get()
    }

    package func add(episodes: [Recollection], in project: String) throws(RecollectionError) {
        guard !episodes.isEmpty else { return }
        try file.writing { connection throws(JournalError) in
            for one in episodes {
                guard let episode = one.episode, let session = one.origin.session,
                    try !Self.isKnown(session, episode, in: project, connection)
                else { continue }
                _ = try Self.insert(one, subject: "", in: project, connection)
            }
            try Self.dropOldest(in: project, connection)
        }
    }

    package func keep(_ vectors: [Int: [Int8]], of model: String) throws(RecollectionError) {
        try file.writing { connection throws(JournalError) in
            // One that was forgotten meanwhile gets none.
            let insert = try connection.statement(
                "INSERT OR REPLACE INTO vector SELECT id, ?2, ?3 FROM recollection WHERE id = ?1")
            for (id, numbers) in vectors {
                try insert.bind(id, at: 1)
                try insert.bind(model, at: 2)
                try insert.bind(numbers, at: 3)
                try insert.run()
            }
        }
    }

    // MARK: Reading

    package func all(in project: String) throws(RecollectionError) -> [Recollection] {
        try file.reading { connection throws(JournalError) in
            let statement = try connection.statement(
                "SELECT \(Self.columns) FROM recollection WHERE project = ?1 ORDER BY id DESC")
            try statement.bind(project, at: 1)
            return try Self.read(statement, connection)
        } ?? []
    }

    package func recollections(_ ids: [Int], in project: String) throws(RecollectionError) -> [Recollection] {
        try file.reading { connection throws(JournalError) in
            let statement = try connection.statement(
                "SELECT \(Self.columns) FROM recollection WHERE project = ?1 AND id = ?2")
            var found: [Recollection] = []
            for id in ids {
                try statement.bind(project, at: 1)
                try statement.bind(id, at: 2)
                found += try Self.read(statement, connection)
                statement.reset()
            }
            return found
        } ?? []
    }

    package func rows(in project: String, model: String) throws(RecollectionError) -> [RecollectionRow] {
        try file.reading { connection throws(JournalError) in
            let statement = try connection.statement(
                """
                SELECT one.id, kind, session, time, marks, until, replaced_by, numbers, subject,
                    \(Self.replacedUntil(of: "one")) FROM recollection AS one
                LEFT JOIN vector ON vector.id = one.id AND vector.model = ?2 WHERE project = ?1 ORDER BY one.id DESC
                """)
            try statement.bind(project, at: 1)
            try statement.bind(model, at: 2)
            var rows: [RecollectionRow] = []
            while try statement.step() {
                rows.append(
                    RecollectionRow(
                        id: statement.integer(0), kind: Recollection.Kind(rawValue: statement.text(1)) ?? .fact,
                        subject: statement.text(8), session: statement.isNull(2) ? nil : statement.text(2),
                        time: statement.double(3),
                        isMarked: statement.text(4) != "[]", until: statement.isNull(5) ? nil : statement.text(5),
                        isReplaced: !statement.isNull(6),
                        replacedUntil: statement.isNull(9) ? nil : statement.text(9),
                        vector: statement.isNull(7) ? nil : statement.numbers(7)))
            }
            return rows
        } ?? []
    }

    package func scores(ofWords words: [String], in project: String) throws(RecollectionError) -> [Int: Double] {
        // Letters and digits alone: none can be an operator in its quotes.
        let terms = words.map { $0.filter { $0.isLetter || $0.isNumber } }.filter { !$0.isEmpty }
        guard !terms.isEmpty else { return [:] }
        return try file.reading { connection throws(JournalError) in
            // CROSS: the words first. In the other order SQLite asks the index of words once for each row of the project.
            let statement = try connection.statement(
                """
                SELECT word.rowid, bm25(word, 2.0, 2.0, 1.0) FROM word CROSS JOIN recollection ON
                recollection.id = word.rowid WHERE word MATCH ?1 AND recollection.project = ?2
                """)
            try statement.bind(terms.map { "\"\($0)\"" }.joined(separator: " OR "), at: 1)
            try statement.bind(project, at: 2)
            var scores: [Int: Double] = [:]
            // SQLite's BM25 is better the lower it is.
            while try statement.step() { scores[statement.integer(0)] = -statement.double(1) }
            return scores
        } ?? [:]
    }

    package func dropped(in project: String) throws(RecollectionError) -> Int {
        try file.reading { connection throws(JournalError) in
            let statement = try connection.statement("SELECT episodes FROM dropped WHERE project = ?1")
            try statement.bind(project, at: 1)
            return try statement.step() ? statement.integer(0) : 0
        } ?? 0
    }

    // MARK: Forgetting

    package func forget(_ ids: [Int], in project: String) throws(RecollectionError) -> [Recollection] {
        let there = try recollections(ids, in: project)
        guard !there.isEmpty else { return [] }
        try file.writing { connection throws(JournalError) in
            for one in there {
                if let episode = one.episode, let session = one.origin.session {
                    try Self.noteForgotten(session, episode, in: project, connection)
                }
                try Self.remove(one.id, connection)
            }
            // Terms of what was removed stay in older parts of the index until it is written anew.
            try connection.execute("INSERT INTO word (word) VALUES ('rebuild')")
        }
        return there
    }

    package func move(from project: String, to other: String) throws(RecollectionError) -> Int {
        let result = try file.writing { connection throws(JournalError) -> Result<Int, RecollectionError> in
            guard try Self.count(connection, nil, in: other) == 0 else {
                return .failure(RecollectionError(.refused, "this project remembers things of its own already"))
            }
            let count = try Self.count(connection, nil, in: project)
            for table in ["recollection", "forgotten", "dropped"] {
                let statement = try connection.statement(
                    "UPDATE OR REPLACE \(table) SET project = ?2 WHERE project = ?1")
                try statement.bind(project, at: 1)
                try statement.bind(other, at: 2)
                try statement.run()
            }
            return .success(count)
        }
        return try result.get()
    }
}
