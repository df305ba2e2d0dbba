internal import LatheVocabulary

/// One row of the journal, before or after its JSON is read.
struct JournalRow: Sendable {
    var sequence: Int
    var time: Double
    var place: String
    var kind: String
    var data: String
    /// What the event refers to: to be written with it, or as it was read.
    var bodies: [StoredBody] = []
    var bodiesByHash: [String: StoredBody] = [:]
    /// Whether the event is read without what it refers to: a request then has no texts.
    var isBare = false

    func event() throws(JournalError) -> Event {
        Event(
            sequence: sequence,
            time: time,
            place: Place(place),
            body: try EventBody(kind, journalText: data, bodies: isBare ? nil : bodiesByHash, sequence: sequence))
    }
}

extension SQLiteConnection {
    /// The rows above `sequence` in order; of all kinds where `kinds` is nil. With `.questions`, the requests of conversations,
    /// each of which repeats all before it, come without their texts.
    func rows(
        after sequence: Int, of kinds: Set<EventBody.Kind>?, texts: RequestTexts = .all
    ) throws(JournalError) -> [JournalRow] {
        // The kinds are an enum's own names: letters and underscores.
        let names = kinds.map { $0.map { "'\($0.rawValue)'" }.sorted().joined(separator: ",") }
        let filter = names.map { "AND kind IN (\($0))" } ?? ""
        let statement = try statement(
            "SELECT sequence, time, place, kind, data FROM event WHERE sequence > ?1 \(filter) ORDER BY sequence")
        try statement.bind(sequence, at: 1)
        var rows: [JournalRow] = []
        while try statement.step() {
            rows.append(
                JournalRow(
                    sequence: statement.integer(0), time: statement.double(1), place: statement.text(2),
                    kind: statement.text(3), data: statement.text(4)))
        }
        var bodies: [String: StoredBody] = [:]
        let started = rows.indices.filter { rows[$0].kind == EventBody.Kind.turnStarted.rawValue }
        // What the newest requests measured bounds the next one.
        let newest = started.filter { rows[$0].place == Place.coordinator.description }.suffix(2)
        for index in started {
            guard texts == .all || rows[index].place.hasSuffix("/ask") || newest.contains(index) else {
                rows[index].isBare = true
                continue
            }
            try read(&bodies, of: rows[index])
            rows[index].bodiesByHash = bodies
        }
        return rows
    }

    /// Adds what a row refers to. One that is missing is told when the event is read.
    private func read(_ bodies: inout [String: StoredBody], of row: JournalRow) throws(JournalError) {
        guard let value = try? JSONValue(parsing: row.data, limits: EventBody.limits) else { return }
        let hashes = value.bodyHashes(.turnStarted)
        guard hashes.system != nil else { return }
        let statement = try statement("SELECT previous, data FROM body WHERE hash = ?1")
        for first in [hashes.system, hashes.lastMessage] {
            var next = first
            while let hash = next, !hash.isEmpty, bodies[hash] == nil {
                try statement.bind(hash, at: 1)
                defer { statement.reset() }
                guard try statement.step() else { break }
                let previous = statement.isNull(0) ? nil : statement.text(0)
                bodies[hash] = StoredBody(hash: hash, previous: previous, data: statement.text(1))
                next = previous
            }
        }
    }
}

/// Whose requests are read with the texts that they refer to.
package enum RequestTexts: Sendable, Hashable { case all, questions }

extension [JournalRow] {
    func events() throws(JournalError) -> [Event] {
        var events: [Event] = []
        events.reserveCapacity(count)
        for row in self { events.append(try row.event()) }
        return events
    }
}
