internal import Foundation
package import LatheVocabulary
internal import Synchronization

/// The journal of a session that is open for writing.
///
/// Every `append` numbers its event at once. Durable events wait for the disk: all that wait at the same time share one
/// transaction and one synchronisation. Batched ones ride along, or are written within a second. The disk is touched on a
/// queue of its own, never on a thread of Swift's cooperative pool.
///
/// Sequence numbers rise without gaps, except that the numbers of events whose writing failed are not given out again.
package final class SQLiteJournal: Journal {
    private struct Pending {
        var event: Event
        var row: JournalRow
        /// Nil for a batched event, whose caller has gone on.
        var waiter: CheckedContinuation<Result<Event, JournalError>, Never>?
    }

    private struct Line {
        var entries: [Pending] = []
        var nextSequence: Int
        var isWriteScheduled = false
        var isFlushScheduled = false
        var isClosed = false
    }

    package let path: String
    /// Counts the program runs that wrote this journal, from 1.
    package let epoch: Int

    private let queue = DispatchQueue(label: "lathe.journal")
    private let line: Mutex<Line>
    private let written = Mutex(WrittenRequests())
    private let writer: Mutex<JournalWriter?>
    private let lock: SessionLock
    private let ballast: Ballast
    private let flushDelay: Double

    /// Opens or makes the journal at `path`, and keeps the session's lock until it is closed. Blocks on the disk.
    init(
        path: String, session: String, lock: SessionLock, ballast: Ballast, flushDelay: Double = 1
    ) throws(JournalError) {
        let writer = try JournalWriter(path: path, session: session, now: RunClock.shared.now)
        self.path = path
        self.lock = lock
        self.ballast = ballast
        self.flushDelay = flushDelay
        epoch = writer.epoch
        line = Mutex(Line(nextSequence: writer.lastSequence + 1))
        self.writer = Mutex(writer)
    }

    package func append(_ body: EventBody, at place: Place) async throws(JournalError) -> Event {
        let durability = body.durability
        guard durability != .fleeting else {
            throw JournalError(.misuse, "Events of kind \(body.kind.rawValue) are shown, never stored.")
        }
        let data = try body.journalText(after: written.withLock { $0[place] })
        if durability == .batched { return try enqueueBatched(body, at: place, data: data) }
        let event = try await withCheckedContinuation { waiter in
            do throws(JournalError) {
                _ = try enqueue(body, at: place, data: data, waiter: waiter)
            } catch {
                waiter.resume(returning: .failure(error))
            }
        }.get()
        // Only now: what a later request leaves out must be on disk.
        if let request = data.request { written.withLock { $0.note(request, at: place) } }
        return event
    }

    /// The events above `sequence`, batched ones included: of some kinds only, or of all where `kinds` is nil.
    package func events(after sequence: Int, of kinds: Set<EventBody.Kind>?) async throws(JournalError) -> [Event] {
        try await reading { connection throws(JournalError) in try connection.rows(after: sequence, of: kinds) }
            .events()
    }

    /// As `JournalReader.history`.
    package func history() async throws(JournalError) -> [Event] {
        try await reading { connection throws(JournalError) in
            try connection.rows(after: 0, of: nil, texts: .questions)
        }.events()
    }

    package func event(_ sequence: Int) async throws(JournalError) -> Event? {
        try await reading { connection throws(JournalError) in try connection.rows(only: sequence) }.events().first
    }

    package func result(of cell: Int, at place: Place) async throws(JournalError) -> CellResult? {
        try await reading { connection throws(JournalError) in try connection.result(of: cell, at: place) }
    }

    /// Reads what is stored, once all that waits is.
    private func reading<T: Sendable>(
        _ read: @escaping @Sendable (SQLiteConnection) throws(JournalError) -> T
    ) async throws(JournalError) -> T {
        try await onQueue { () throws(JournalError) in
            try self.writePending()
            return try self.withWriter { writer throws(JournalError) in try read(writer.connection) }
        }
    }

    package func flush() async throws(JournalError) {
        try await onQueue(writePending)
    }

    /// Writes what is batched, folds the log into the database file, closes it and lets the session go. Further calls throw `.misuse`.
    ///
    /// Throws when something could not be kept, and is closed all the same.
    package func close() async throws(JournalError) {
        try await onQueue { () throws(JournalError) in
            self.line.withLock { $0.isClosed = true }
            defer {
                self.writer.withLock { $0 = nil }
                self.lock.release()
            }
            try self.writePending()
            try self.withWriter { writer throws(JournalError) in try writer.checkpoint() }
        }
    }

    // MARK: The line of waiting events

    private func enqueueBatched(_ body: EventBody, at place: Place, data: EventText) throws(JournalError) -> Event {
        let event = try enqueue(body, at: place, data: data, waiter: nil)
        let isDue = line.withLock { line in
            defer { line.isFlushScheduled = true }
            return !line.isFlushScheduled
        }
        if isDue {
            queue.asyncAfter(deadline: .now() + flushDelay) {
                self.line.withLock { $0.isFlushScheduled = false }
                // A failure keeps the batched events in line: the next append, flush or close says so.
                try? self.writePending()
            }
        }
        return event
    }

    private func enqueue(
        _ body: EventBody, at place: Place, data: EventText,
        waiter: CheckedContinuation<Result<Event, JournalError>, Never>?
    ) throws(JournalError) -> Event {
        let (event, mustSchedule) = try line.withLock { line throws(JournalError) in
            guard !line.isClosed else { throw JournalError(.misuse, "The journal \(path) is closed.") }
            let event = Event(sequence: line.nextSequence, time: RunClock.shared.now, place: place, body: body)
            let row = JournalRow(
                sequence: event.sequence, time: event.time, place: place.description, kind: body.kind.rawValue,
                data: data.text, bodies: data.bodies)
            line.nextSequence += 1
            line.entries.append(Pending(event: event, row: row, waiter: waiter))
            let mustSchedule = waiter != nil && !line.isWriteScheduled
            if mustSchedule { line.isWriteScheduled = true }
            return (event, mustSchedule)
        }
        if mustSchedule { queue.async { try? self.writePending() } }
        return event
    }

    // MARK: On the queue

    /// Writes everything in line as one transaction and tells those who wait. Batched events of a failed transaction stay
    /// in line; durable ones are their callers' again.
    private func writePending() throws(JournalError) {
        let entries = line.withLock { line in
            line.isWriteScheduled = false
            defer { line.entries = [] }
            return line.entries
        }
        guard !entries.isEmpty else { return }
        do throws(JournalError) {
            try withWriter { writer throws(JournalError) in try writer.write(entries.map(\.row)) }
        } catch {
            if error.code == .diskFull { ballast.release() }
            let kept = entries.filter { $0.waiter == nil }
            line.withLock { $0.entries.insert(contentsOf: kept, at: 0) }
            for entry in entries { entry.waiter?.resume(returning: .failure(error)) }
            throw error
        }
        for entry in entries { entry.waiter?.resume(returning: .success(entry.event)) }
    }

    private func withWriter<T: Sendable>(
        _ body: @Sendable (JournalWriter) throws(JournalError) -> T
    ) throws(JournalError) -> T {
        try writer.withLock { writer throws(JournalError) in
            guard let writer else { throw JournalError(.misuse, "The journal \(path) is closed.") }
            return try body(writer)
        }
    }

    private func onQueue<T: Sendable>(
        _ body: @escaping @Sendable () throws(JournalError) -> T
    ) async throws(JournalError) -> T {
        try await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(catching: body)) }
        }.get()
    }
}
