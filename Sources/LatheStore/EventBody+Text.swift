internal import LatheVocabulary

extension EventBody {
    /// What a journal accepts in one event, and refuses to read beyond.
    static let limits = JSONLimits(bytes: 64 << 20, depth: 128)

    /// The event's own fields as compact JSON with sorted keys, the `data` column of the journal, and the bodies that it refers to
    /// and that are not written yet, as far as the newest request at its place tells.
    func journalText(after earlier: WrittenRequest? = nil) throws(JournalError) -> EventText {
        let text =
            if case .turnStarted(let started) = self {
                try started.takingOutBodies(after: earlier)
            } else {
                try EventText(value: Self.json(encodePayload), kind: kind)
            }
        guard text.text.utf8.count + text.bodyBytes <= Self.limits.bytes else {
            throw JournalError(.misuse, "An event of kind \(kind.rawValue) is longer than \(Self.limits.bytes) bytes.")
        }
        return text
    }

    /// What a function that writes to an encoder writes.
    static func json(_ write: (any Encoder) throws -> Void) throws(JournalError) -> JSONValue {
        do {
            return try JSONValueEncoder().encode(with: write)
        } catch {
            throw JournalError(.misuse, "An event cannot be written as JSON: \(error)")
        }
    }

    /// Reads what `journalText` wrote, a bare event without texts. `sequence` only names the row in errors.
    init(
        _ kind: String, journalText text: String, bodies: inout RequestBodies, isBare: Bool, sequence: Int
    ) throws(JournalError) {
        // Every kind has a name: this is what SQLite makes of a page that was lost.
        guard !kind.isEmpty else {
            throw JournalError(
                .corrupt,
                "The journal is damaged: event \(sequence) has no kind. Copy the session's folder, then try the 'sqlite3' "
                    + "command '.recover'.")
        }
        guard let known = Kind(rawValue: kind) else {
            throw JournalError(
                .newerFormat,
                "Event \(sequence) is of the kind '\(kind.prefix(40))', which this lathe does not know. Use a newer lathe."
            )
        }
        do {
            let read = try JSONValue(parsing: text, limits: Self.limits)
            let hashes = read.bodyHashes(known)
            let value = hashes == nil ? read : read.withoutBodies(known)
            self = try JSONValueDecoder().decode(from: value) { try EventBody(known, from: $0) }
            if let hashes, !isBare, case .turnStarted(var started) = self {
                try bodies.complete(&started.request, hashes)
                self = .turnStarted(started)
            }
        } catch let error as JournalError {
            throw JournalError(.corrupt, "Event \(sequence): \(error.reason)")
        } catch {
            throw JournalError(.corrupt, "Event \(sequence) of the journal cannot be read: \(error)")
        }
    }
}

/// An event as a row holds it, and what it refers to.
struct EventText: Sendable {
    let text: String
    /// What is to be written with it.
    let bodies: [StoredBody]
    /// Of all that it refers to, also of what is written already.
    let bodyBytes: Int
    /// The request, for the next one at its place; nil for other events.
    let request: WrittenRequest?

    init(
        value: JSONValue, kind: EventBody.Kind, bodies: [StoredBody] = [], bodyBytes: Int = 0,
        request: WrittenRequest? = nil
    ) throws(JournalError) {
        let depth = EventBody.limits.depth
        guard value.isWithin(depth: depth) else {
            throw JournalError(.misuse, "An event of kind \(kind.rawValue) is nested deeper than \(depth).")
        }
        text = value.text
        (self.bodies, self.bodyBytes, self.request) = (bodies, bodyBytes, request)
    }
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
