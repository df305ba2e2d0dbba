internal import Foundation
package import LatheVocabulary

/// A journal in memory, for tests of what stands above the store.
package actor MemoryJournal: Journal {
    private var stored: [Event] = []
    /// When set, every further append fails with it.
    private var failure: JournalError?

    package init(_ events: [Event] = []) {
        stored = events
    }

    package func fail(with error: JournalError?) {
        failure = error
    }

    package func append(_ body: EventBody, at place: Place) throws(JournalError) -> Event {
        if let failure { throw failure }
        guard body.durability != .fleeting else { throw JournalError(.misuse, "a fleeting event is not stored") }
        let event = Event(
            sequence: stored.count + 1, time: Date().timeIntervalSince1970, place: place, body: body)
        stored.append(event)
        return event
    }

    package func events(after sequence: Int) async -> [Event] { events(after: sequence, of: nil) }

    package func events(after sequence: Int, of kinds: Set<EventBody.Kind>?) -> [Event] {
        stored.filter { $0.sequence > sequence && kinds?.contains($0.body.kind) != false }
    }

    package func event(_ sequence: Int) -> Event? { stored.first { $0.sequence == sequence } }

    package func result(of cell: Int, at place: Place) -> CellResult? {
        stored.lazy.reversed().compactMap { event in
            guard event.place == place, case .cellFinished(let result) = event.body, result.number == cell else {
                return nil
            }
            return result
        }.first
    }

    package func flush() {}
}
