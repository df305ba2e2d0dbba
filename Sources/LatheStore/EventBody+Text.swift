internal import LatheVocabulary

extension EventBody {
    /// What a journal accepts in one event, and refuses to read beyond.
    static let limits = JSONLimits(bytes: 64 << 20, depth: 128)

    /// The event's own fields as compact JSON with sorted keys, the `data` column of the journal, and the bodies that it refers to.
    func journalText() throws(JournalError) -> EventText {
        let whole: JSONValue
        do {
            whole = try JSONValueEncoder().encode(with: encodePayload)
        } catch {
            throw JournalError(.misuse, "An event of kind \(kind.rawValue) cannot be written as JSON: \(error)")
        }
        let (value, bodies) = try whole.takingOutBodies(kind)
        guard whole.isWithin(depth: Self.limits.depth) else {
            throw JournalError(.misuse, "An event of kind \(kind.rawValue) is nested deeper than \(Self.limits.depth).")
        }
        let text = value.text
        let bytes = bodies.reduce(text.utf8.count) { $0 + $1.data.utf8.count }
        guard bytes <= Self.limits.bytes else {
            throw JournalError(.misuse, "An event of kind \(kind.rawValue) is longer than \(Self.limits.bytes) bytes.")
        }
        return EventText(text: text, bodies: bodies)
    }

    /// Reads what `journalText` wrote, without texts where `bodies` is nil. `sequence` only names the row in errors.
    init(
        _ kind: String, journalText text: String, bodies: [String: StoredBody]?, sequence: Int
    ) throws(JournalError) {
        guard let known = Kind(rawValue: kind) else {
            throw JournalError(
                .newerFormat,
                "Event \(sequence) is of the kind '\(kind.prefix(40))', which this lathe does not know. Use a newer lathe."
            )
        }
        do {
            let read = try JSONValue(parsing: text, limits: Self.limits)
            let value = try bodies.map { bodies in try read.puttingBack(bodies, known) } ?? read.withoutBodies(known)
            self = try JSONValueDecoder().decode(from: value) { try EventBody(known, from: $0) }
        } catch let error as JournalError {
            throw JournalError(.corrupt, "Event \(sequence): \(error.reason)")
        } catch {
            throw JournalError(.corrupt, "Event \(sequence) of the journal cannot be read: \(error)")
        }
    }
}

/// An event as a row holds it, and what it refers to.
struct EventText: Sendable, Hashable {
    var text: String
    var bodies: [StoredBody]
}

extension JSONValue {
    fileprivate func isWithin(depth: Int) -> Bool {
        switch self {
        case .array(let items): depth > 0 && items.allSatisfy { $0.isWithin(depth: depth - 1) }
        case .object(let members): depth > 0 && members.values.allSatisfy { $0.isWithin(depth: depth - 1) }
        default: true
        }
    }
}
