import LatheVocabulary
import Synchronization

/// A library's journal that is forgotten.
final class MemoryJournal: LibraryJournal {
    private let kept = Mutex<(events: [LibraryEvent], sources: [String: String])>(([], [:]))

    func record(_ event: LibraryEvent, source: String?) {
        kept.withLock { kept in
            var event = event
            event.sequence = kept.events.count + 1
            kept.events.append(event)
            if let source { kept.sources[event.sha256] = source }
        }
    }

    func events(after sequence: Int) -> [LibraryEvent] { kept.withLock { Array($0.events.dropFirst(sequence)) } }
    func source(_ sha256: String) -> String? { kept.withLock { $0.sources[sha256] } }

    // What is used is added up on disk, `LibraryDatabaseTests` shows.
    func add(_ uses: [SessionUse]) -> [SessionUse] { uses }
    func totals() -> [UseTotal] { [] }
    func uses(
        of subject: CapabilityUse.Subject, after sequence: Int, since time: Double, atMost limit: Int
    ) -> [SessionUse] { [] }
    func sessions(using subject: CapabilityUse.Subject, after sequence: Int, atMost limit: Int) -> [UseTally] { [] }
}
