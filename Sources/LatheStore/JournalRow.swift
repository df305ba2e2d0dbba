internal import LatheVocabulary

/// One row of the journal, before or after its JSON is read.
struct JournalRow: Sendable {
    var sequence: Int
    var time: Double
    var place: String
    var kind: String
    var data: String

    func event() throws(JournalError) -> Event {
        Event(
            sequence: sequence,
            time: time,
            place: Place(place),
            body: try EventBody(kind, journalText: data, sequence: sequence))
    }
}

extension SQLiteConnection {
    /// The rows above `sequence` in order; of all kinds where `kinds` is nil.
    func rows(after sequence: Int, of kinds: Set<EventBody.Kind>?) throws(JournalError) -> [JournalRow] {
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
        return rows
    }
}

extension [JournalRow] {
    func events() throws(JournalError) -> [Event] {
        var events: [Event] = []
        events.reserveCapacity(count)
        for row in self { events.append(try row.event()) }
        return events
    }
}
