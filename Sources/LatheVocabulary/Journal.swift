/// The append-only record of a session; all other state is derived from it.
package protocol Journal: Sendable {
    /// Stores an event by its durability and returns it with its sequence number. An event is in the journal before
    /// anyone acts on it or sees it. Fleeting events are refused with `.misuse`.
    func append(_ body: EventBody, at place: Place) async throws(JournalError) -> Event

    /// The events with a sequence number above `sequence`, in order: of some kinds only, or of all where `kinds` is nil.
    func events(after sequence: Int, of kinds: Set<EventBody.Kind>?) async throws(JournalError) -> [Event]

    /// The event with a sequence number; nil where there is none.
    func event(_ sequence: Int) async throws(JournalError) -> Event?

    /// The newest result of a cell; nil where it has not finished at that place.
    func result(of cell: Int, at place: Place) async throws(JournalError) -> CellResult?

    /// Writes what is batched.
    func flush() async throws(JournalError)
}

extension Journal {
    /// All events with a sequence number above `sequence`, in order.
    package func events(after sequence: Int) async throws(JournalError) -> [Event] {
        try await events(after: sequence, of: nil)
    }
}

package struct JournalError: Error, Sendable, Hashable {
    package enum Code: String, Sendable, Codable {
        case locked, diskFull, readOnly, corrupt, newerFormat, misuse, failed
    }

    package var code: Code
    package var reason: String
    /// SQLite's extended result code where there is one.
    package var underlying: Int32?

    package init(_ code: Code, _ reason: String, underlying: Int32? = nil) {
        self.code = code
        self.reason = reason
        self.underlying = underlying
    }
}
