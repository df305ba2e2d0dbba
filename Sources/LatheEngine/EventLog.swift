internal import Foundation
package import LatheVocabulary
internal import Synchronization

/// The one stream of a session's events: into the journal first, then to whoever watches.
///
/// Safe from any thread. Watchers see events in the order in which they were recorded; fleeting ones lie between them.
package final class EventLog: Sendable {
    private let journal: any Journal
    private let watchers = Mutex<[AsyncStream<Event>.Continuation]>([])
    private let newest = Mutex(0)

    /// The sequence number of the newest event recorded through this log; 0 before the first.
    package var newestSequence: Int { newest.withLock { $0 } }

    package init(journal: any Journal) {
        self.journal = journal
    }

    /// A stream of everything from now on; it ends when the log is closed.
    package func watch() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        watchers.withLock { $0.append(continuation) }
        return stream
    }

    /// Stores an event, then shows it. When this returns the event is as durable as its kind demands.
    @discardableResult
    package func record(_ body: EventBody, at place: Place) async throws(JournalError) -> Event {
        let event = try await journal.append(body, at: place)
        newest.withLock { $0 = max($0, event.sequence) }
        show(event)
        return event
    }

    /// Shows a fleeting event, such as a piece of a reply that is still coming in.
    package func show(_ body: EventBody, at place: Place) {
        show(Event(sequence: 0, time: Date().timeIntervalSince1970, place: place, body: body))
    }

    private func show(_ event: Event) {
        watchers.withLock { watchers in
            for watcher in watchers { watcher.yield(event) }
        }
    }

    /// Events with a sequence number above `sequence`, in order.
    package func events(after sequence: Int) async throws(JournalError) -> [Event] {
        try await journal.events(after: sequence)
    }

    package func close() {
        watchers.withLock { watchers in
            for watcher in watchers { watcher.finish() }
            watchers = []
        }
    }
}
