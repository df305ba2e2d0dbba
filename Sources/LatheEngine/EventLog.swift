package import LatheVocabulary
internal import Synchronization

/// The one stream of a session's events: into the journal first, then to whoever watches.
///
/// Safe from any thread. Watchers see events in the order in which they were recorded; fleeting ones lie between them.
package final class EventLog: Sendable {
    private let journal: any Journal
    private let state = Mutex(State())
    private let followers = Mutex<[@Sendable (Event) -> Void]>([])

    private struct State {
        var watchers: [AsyncStream<Event>.Continuation] = []
        var order = EventOrder()
        var newest = 0

        func show(_ events: [Event]) {
            for event in events {
                for watcher in watchers { watcher.yield(event) }
            }
        }
    }

    /// The sequence number of the newest event recorded through this log; 0 before the first.
    package var newestSequence: Int { state.withLock { $0.newest } }

    package init(journal: any Journal) {
        self.journal = journal
    }

    /// A stream of everything from now on; it ends when the log is closed.
    package func watch() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        state.withLock { $0.watchers.append(continuation) }
        return stream
    }

    /// From now on `body` gets each event that is stored, before `record` returns: those of one place in their order.
    func follow(_ body: @escaping @Sendable (Event) -> Void) { followers.withLock { $0.append(body) } }

    /// Stores an event, then shows it. When this returns the event is as durable as its kind demands.
    @discardableResult
    package func record(_ body: EventBody, at place: Place) async throws(JournalError) -> Event {
        state.withLock { $0.order.begin() }
        do throws(JournalError) {
            let event = try await journal.append(body, at: place)
            for follower in followers.withLock({ $0 }) { follower(event) }
            state.withLock { state in
                state.newest = max(state.newest, event.sequence)
                state.show(state.order.end(event))
            }
            return event
        } catch {
            state.withLock { $0.show($0.order.end(nil)) }
            throw error
        }
    }

    /// Shows a fleeting event, such as a piece of a reply that is still coming in.
    package func show(_ body: EventBody, at place: Place) {
        let event = Event(sequence: 0, time: RunClock.shared.now, place: place, body: body)
        state.withLock { $0.show($0.order.pass(event)) }
    }

    /// Events with a sequence number above `sequence`, in order: of some kinds only, or of all where `kinds` is nil.
    package func events(
        after sequence: Int, of kinds: Set<EventBody.Kind>? = nil
    ) async throws(JournalError) -> [Event] {
        try await journal.events(after: sequence, of: kinds)
    }

    /// The event with a sequence number; nil where there is none.
    func event(_ sequence: Int) async throws(JournalError) -> Event? { try await journal.event(sequence) }

    /// The newest result of a cell; nil where it has not finished at that place.
    func result(of cell: Int, at place: Place) async throws(JournalError) -> CellResult? {
        try await journal.result(of: cell, at: place)
    }

    package func close() {
        state.withLock { state in
            state.show(state.order.drain())
            for watcher in state.watchers { watcher.finish() }
            state.watchers = []
        }
    }
}
