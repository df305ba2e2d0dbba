internal import LatheVocabulary
internal import Synchronization

/// The ledgers of the session that is open: what the journal held when it was opened, and every event since. Safe from any thread.
final class LedgerKeeper: Sendable {
    private struct State {
        var ledger = Ledger()
        /// Events that came before the past was known; nil from then on.
        var early: [Event]? = []
    }

    private let state = Mutex(State())

    init() {}

    /// Takes up what earlier program runs left.
    func begin(_ past: Ledger) {
        state.withLock { state in
            guard let early = state.early else { return }
            (state.ledger, state.early) = (past, nil)
            for event in early { state.ledger.apply(event) }
        }
    }

    func take(_ event: Event) {
        state.withLock { state in
            guard state.early == nil else {
                state.early?.append(event)
                return
            }
            state.ledger.apply(event)
        }
    }

    func view(of place: Place) -> LedgerView { state.withLock { $0.ledger.view(of: place) } }

    /// What may be shown to the model of a place.
    func safeView(of place: Place) -> LedgerView { state.withLock { $0.ledger.safeView(of: place) } }

    func progress(at place: Place) -> PlaceProgress? { state.withLock { $0.ledger.progress(at: place) } }

    func nextNote(at place: Place) -> (number: Int, hasRoom: Bool) {
        state.withLock { $0.ledger.nextNote(at: place) }
    }

    /// The entry that a place sees under one of these names; the first name that there is one for.
    func entry(named names: [String], seenBy place: Place) -> LedgerEntry? {
        let view = view(of: place)
        let seen = view.facts + view.guesses + view.questions
        for name in names { if let entry = seen.last(where: { $0.name == name }) { return entry } }
        return nil
    }
}
