internal import LatheVocabulary

/// One row of the journal, before or after its JSON is read.
struct JournalRow: Sendable {
    var sequence: Int
    var time: Double
    var place: String
    var kind: String
    var data: String
    /// What the event refers to, to be written with it.
    var bodies: [StoredBody] = []
    /// Whether the event is read without what it refers to: a request then has no texts.
    var isBare = false

    /// Reads a row that refers to nothing.
    func event() throws(JournalError) -> Event {
        var bodies = RequestBodies()
        return try event(&bodies)
    }

    func event(_ bodies: inout RequestBodies) throws(JournalError) -> Event {
        Event(
            sequence: sequence,
            time: time,
            place: Place(place),
            body: try EventBody(kind, journalText: data, bodies: &bodies, isBare: isBare, sequence: sequence))
    }
}

/// Whose requests are read with the texts that they refer to.
package enum RequestTexts: Sendable, Hashable { case all, questions, none }

/// Rows as they were read, with what they refer to.
struct JournalRows: Sendable {
    var rows: [JournalRow] = []
    var bodies = RequestBodies()

    func events() throws(JournalError) -> [Event] {
        var bodies = bodies
        var events: [Event] = []
        events.reserveCapacity(rows.count)
        for row in rows { events.append(try row.event(&bodies)) }
        return events
    }

    /// Why rows cannot be read, in order; empty where all can.
    func problems() -> [JournalError] {
        var bodies = bodies
        var found: [JournalError] = []
        for row in rows {
            do throws(JournalError) {
                _ = try row.event(&bodies)
            } catch {
                found.append(error)
            }
        }
        return found
    }
}

extension SQLiteConnection {
    /// The rows above `sequence` in order; of all kinds where `kinds` is nil. With `.questions`, the requests of conversations,
    /// each of which repeats all before it, come without their texts.
    func rows(
        after sequence: Int, of kinds: Set<EventBody.Kind>?, texts: RequestTexts = .all
    ) throws(JournalError) -> JournalRows {
        // The kinds are an enum's own names: letters and underscores.
        let names = kinds.map { $0.map { "'\($0.rawValue)'" }.sorted().joined(separator: ",") }
        let filter = names.map { "AND kind IN (\($0))" } ?? ""
        let statement = try statement(
            "SELECT sequence, time, place, kind, data FROM event WHERE sequence > ?1 \(filter) ORDER BY sequence")
        try statement.bind(sequence, at: 1)
        var read = JournalRows()
        while try statement.step() { read.rows.append(statement.row()) }
        try takeTexts(&read, texts)
        return read
    }

    /// The row of one sequence number, if there is one.
    func rows(only sequence: Int) throws(JournalError) -> JournalRows {
        let statement = try statement("SELECT sequence, time, place, kind, data FROM event WHERE sequence = ?1")
        try statement.bind(sequence, at: 1)
        var read = JournalRows()
        if try statement.step() { read.rows.append(statement.row()) }
        try takeTexts(&read, .all)
        return read
    }

    private func takeTexts(_ read: inout JournalRows, _ texts: RequestTexts) throws(JournalError) {
        let started = read.rows.indices.filter { read.rows[$0].kind == EventBody.Kind.turnStarted.rawValue }
        // What the newest requests measured bounds the next one.
        let newest = started.filter { read.rows[$0].place == Place.coordinator.description }.suffix(2)
        var whole: [RequestBodies.Hashes] = []
        for index in started {
            guard texts == .all || texts == .questions && (read.rows[index].isQuestion || newest.contains(index)) else {
                read.rows[index].isBare = true
                continue
            }
            // Journals of format 1 have no texts apart.
            if let hashes = read.rows[index].bodyHashes { whole.append(hashes) }
        }
        guard !whole.isEmpty else { return }
        let statement = try statement("SELECT previous, data FROM body WHERE hash = ?1")
        for hashes in whole { try read.bodies.take(hashes, from: statement) }
    }
}

extension JournalRow {
    fileprivate var isQuestion: Bool { place.hasSuffix("/ask") }

    /// What a request refers to; nil for one that holds its texts in place, or cannot be read, which is told when it is.
    fileprivate var bodyHashes: RequestBodies.Hashes? {
        (try? JSONValue(parsing: data, limits: EventBody.limits))?.bodyHashes(.turnStarted)
    }
}

extension SQLiteStatement {
    /// The row that a statement over `sequence, time, place, kind, data` stands on.
    func row() -> JournalRow {
        JournalRow(sequence: integer(0), time: double(1), place: text(2), kind: text(3), data: text(4))
    }
}
