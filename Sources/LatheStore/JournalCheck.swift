package import LatheVocabulary

/// What looking at every row of a journal has found.
package struct JournalCheck: Sendable, Hashable {
    package var events = 0
    package var bodies = 0
    /// A sentence each; empty for a sound journal. At most `mostProblems` of one kind are told one by one.
    package var problems: [String] = []

    static let mostProblems = 20
}

extension JournalReader {
    /// Looks at everything: SQLite's own structure, the order of the events, whether each can be read with all that it refers to,
    /// and whether each body is what its hash says. Changes nothing.
    package func check() async throws(JournalError) -> JournalCheck {
        try await withConnection { connection throws(JournalError) in
            var check = JournalCheck()
            try check.structure(of: connection)
            try check.events(of: connection)
            try check.bodies(of: connection)
            return check
        }
    }
}

extension JournalCheck {
    fileprivate mutating func structure(of connection: SQLiteConnection) throws(JournalError) {
        let statement = try connection.statement("PRAGMA integrity_check(\(Self.mostProblems))")
        while try statement.step() {
            let said = statement.text(0)
            if said != "ok" { problems.append("SQLite: \(said)") }
        }
    }

    fileprivate mutating func events(of connection: SQLiteConnection) throws(JournalError) {
        var epoch = 0
        let epochs = try connection.statement("SELECT sequence, epoch FROM event ORDER BY sequence")
        while try epochs.step() {
            events += 1
            if epochs.integer(1) < epoch {
                problems.append(
                    "Event \(epochs.integer(0)) was written by an earlier program run than the one before it.")
            }
            epoch = max(epoch, epochs.integer(1))
        }
        let unreadable = try connection.rows(after: 0, of: nil).problems()
        problems += unreadable.prefix(Self.mostProblems).map(\.reason)
        if unreadable.count > Self.mostProblems {
            problems.append("\(unreadable.count - Self.mostProblems) more events cannot be read.")
        }
    }

    fileprivate mutating func bodies(of connection: SQLiteConnection) throws(JournalError) {
        guard try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'body'") == 1 else { return }
        var changed = 0
        let statement = try connection.statement("SELECT hash, previous, data FROM body")
        while try statement.step() {
            bodies += 1
            let body = StoredBody(
                hash: statement.text(0), previous: statement.isNull(1) ? nil : statement.text(1),
                data: statement.text(2))
            guard !body.isIntact else { continue }
            changed += 1
            if changed <= Self.mostProblems {
                problems.append("The body \(body.hash.prefix(80)) is not what was written.")
            }
        }
        if changed > Self.mostProblems { problems.append("\(changed - Self.mostProblems) more bodies were changed.") }
    }
}
