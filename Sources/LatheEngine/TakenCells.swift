internal import LatheVocabulary
internal import Synchronization

/// Cells that the session's owner wants run in kernels whose turns are under way: each waits for the boundary between two turns.
///
/// Safe from any thread. Whoever asked hears what became of the cell, also where the place's work ends before it.
final class TakenCells: Sendable {
    static let longestCode = 8_000
    static let mostWaiting = 8

    /// What became of a cell.
    enum End: Sendable {
        case ran(CellResult)
        case notRun(HostRefusal)
    }

    /// A cell whose turn it is.
    struct Taken: Sendable {
        var code: String
        fileprivate var asker: CheckedContinuation<End, Never>?

        /// Tells who asked; once, on every way.
        func end(_ end: End) { asker?.resume(returning: end) }
    }

    private struct State {
        var waiting: [Place: [Taken]] = [:]
        /// Of the session that this one follows: which cells ran before which turn.
        var recorded: [Place: [(turn: Int, code: String)]] = [:]
    }

    private let state: Mutex<State>

    /// `followed` are the events of a session whose cells are run again where they ran.
    init(following followed: [Event] = []) {
        var state = State()
        var turns: [Place: Int] = [:]
        for event in followed {
            switch event.body {
            case .turnStarted(let turn): turns[event.place] = turn.turn
            case .cellStarted(let cell) where cell.author == .owner:
                state.recorded[event.place, default: []].append((turns[event.place, default: 0] + 1, cell.code))
            default: break
            }
        }
        self.state = Mutex(state)
    }

    /// Takes cells for a place from now on.
    func open(_ place: Place) { state.withLock { $0.waiting[place] = [] } }

    /// Takes none any more; those that wait are not run.
    func close(_ place: Place) {
        let left = state.withLock { $0.waiting.removeValue(forKey: place) } ?? []
        for cell in left {
            cell.end(.notRun(HostRefusal("gone", "\(place) came to its end before the cell could run")))
        }
    }

    /// Why a cell cannot be taken there; nil where it can.
    func obstacle(_ code: String, at place: Place) -> HostRefusal? {
        guard code.count <= Self.longestCode else {
            return HostRefusal(
                "limit", "a cell has at most \(Self.longestCode) characters; put more into a file of the work folder")
        }
        return state.withLock { obstacle($0, at: place) }
    }

    private func obstacle(_ state: State, at place: Place) -> HostRefusal? {
        guard let waiting = state.waiting[place] else {
            return HostRefusal(
                "not_allowed",
                "no turns of \(place) are under way; between tasks, run the cell in the chat itself or with lathe exec")
        }
        guard waiting.count < Self.mostWaiting else {
            return HostRefusal("limit", "\(waiting.count) cells wait for \(place) already")
        }
        return nil
    }

    /// Has a cell run at the next boundary and returns what became of it. `nudge` wakes a place that is paused.
    func run(_ code: String, at place: Place, nudge: @Sendable () -> Void) async -> End {
        await withCheckedContinuation { asker in
            let refusal = state.withLock { state -> HostRefusal? in
                if let refusal = obstacle(state, at: place) { return refusal }
                state.waiting[place]?.append(Taken(code: code, asker: asker))
                return nil
            }
            guard let refusal else { return nudge() }
            asker.resume(returning: .notRun(refusal))
        }
    }

    func waits(at place: Place) -> Bool { state.withLock { $0.waiting[place]?.isEmpty == false } }

    /// The cell that is to run before a turn: first what ran there in the session that is followed.
    func next(at place: Place, before turn: Int) -> Taken? {
        state.withLock { state in
            if let first = state.recorded[place]?.first, first.turn <= turn {
                state.recorded[place]?.removeFirst()
                return Taken(code: first.code)
            }
            guard state.waiting[place]?.isEmpty == false else { return nil }
            return state.waiting[place]?.removeFirst()
        }
    }
}
