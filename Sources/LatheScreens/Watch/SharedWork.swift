import LatheVocabulary

/// Where handoffs, roundtables and wishes for specialists stand: the newest sentence of each, a fold over a session's events.
struct SharedWork: Sendable, Hashable {
    private enum Key: Sendable, Hashable {
        case handoff(Int), table(Int), specialist(Int)
    }

    private struct Entry: Sendable, Hashable {
        var key: Key
        var sentence: String
    }

    /// The one with news last.
    private var entries: [Entry] = []
    private static let kept = 8

    var sentences: [String] { entries.map(\.sentence) }

    mutating func take(_ event: Event) {
        guard let key = Self.key(event.body), let sentence = OrchestrationLines.sentences(event.body)?.first else {
            return
        }
        entries.removeAll { $0.key == key }
        entries = (entries + [Entry(key: key, sentence: sentence)]).suffix(Self.kept)
    }

    /// What an event brings news of; nil for nothing of these, and for seats, whose table tells of its rounds.
    private static func key(_ body: EventBody) -> Key? {
        switch body {
        case .handoffInitiated(let one): .handoff(one.handoff)
        case .handoffAccepted(let one): .handoff(one.handoff)
        case .handoffDeclined(let one): .handoff(one.handoff)
        case .handoffCompleted(let one): .handoff(one.handoff)
        case .handoffRolledBack(let one): .handoff(one.handoff)
        case .roundtableOpened(let one): .table(one.table)
        case .roundtableRound(let one): .table(one.table)
        case .roundtableClosed(let one): .table(one.table)
        case .specialistAsked(let one): .specialist(one.specialist)
        case .specialistDecided(let one): .specialist(one.specialist)
        default: nil
        }
    }
}
