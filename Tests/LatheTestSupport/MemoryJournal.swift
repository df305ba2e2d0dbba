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

    package func events(after sequence: Int) -> [Event] {
        Array(stored.drop { $0.sequence <= sequence })
    }

    package func flush() {}
}
