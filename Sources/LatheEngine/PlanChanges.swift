internal import LatheVocabulary
internal import Synchronization

/// Changes that the session's owner wants of plans that run: each waits until the code that runs the plan comes between two of its
/// steps.
///
/// Safe from any thread. Whoever asked hears what became of it, also where the plan or its place's work ends first.
final class PlanChanges: Sendable {
    static let mostWaiting = 8

    /// What became of a change.
    enum End: Sendable {
        case made(PlanMade)
        case refused(HostRefusal)
    }

    /// A change whose turn it is.
    struct Wanted: Sendable {
        var change: PlanChange
        /// The number of the event with which it was asked for; nil in a replay.
        var asked: Int?
        fileprivate var asker: CheckedContinuation<End, Never>?

        /// Tells who asked; once, on every way.
        func end(_ end: End) { asker?.resume(returning: end) }
    }

    private struct Key: Hashable {
        var place: Place
        var plan: Int
    }

    private struct State {
        var open: Set<Place> = []
        var waiting: [Key: [Wanted]] = [:]
        /// Of the session that this one follows: what was changed, once which steps had begun.
        var recorded: [Key: [(begun: Set<String>, change: PlanChange)]] = [:]
    }

    private let state: Mutex<State>

    /// `left` are those that an earlier program run had not come to; `followed` the events of a session whose changes are made
    /// again where they were made.
    init(left: PlanChangesLeft = PlanChangesLeft(), following followed: [Event] = []) {
        var state = State()
        for (asked, one) in left.wanted.sorted(by: { $0.key < $1.key }) {
            let key = Key(place: one.place, plan: one.change.plan ?? 0)
            state.waiting[key, default: []].append(Wanted(change: one.change, asked: asked))
        }
        var begun: [Key: Set<String>] = [:]
        for event in followed {
            switch event.body {
            case .planStep(let step) where step.state == .running:
                begun[Key(place: event.place, plan: step.plan), default: []].insert(step.step)
            case .planMade(let made):
                guard let change = made.change else { continue }
                let key = Key(place: event.place, plan: made.plan)
                state.recorded[key, default: []].append((begun[key, default: []], change))
            default: break
            }
        }
        self.state = Mutex(state)
    }

    /// Takes changes of a place's plans from now on.
    func open(_ place: Place) { _ = state.withLock { $0.open.insert(place) } }

    /// Takes none any more; those that wait come to nothing.
    func close(_ place: Place) {
        let left = state.withLock { state -> [Wanted] in
            state.open.remove(place)
            let keys = state.waiting.keys.filter { $0.place == place }
            return keys.flatMap { state.waiting.removeValue(forKey: $0) ?? [] }
        }
        for one in left {
            one.end(.refused(HostRefusal("gone", "\(place) came to its end before its plan could be changed")))
        }
    }

    /// Why a change cannot wait there; nil where it can.
    func obstacle(of plan: Int, at place: Place) -> HostRefusal? {
        state.withLock { obstacle($0, Key(place: place, plan: plan)) }
    }

    private func obstacle(_ state: State, _ key: Key) -> HostRefusal? {
        guard state.open.contains(key.place) else {
            return HostRefusal(
                "gone", "no turns of \(key.place) are under way, so nothing carries plan \(key.plan) out")
        }
        guard state.waiting[key]?.count ?? 0 < Self.mostWaiting else {
            return HostRefusal("limit", "\(Self.mostWaiting) changes of plan \(key.plan) wait already")
        }
        return nil
    }

    /// Has a change made at the next boundary and returns what became of it. `wake` lets the code go on that waits for steps.
    func ask(_ change: PlanChange, asked: Int, at place: Place, wake: @escaping @Sendable () async -> Void) async -> End
    {
        await withCheckedContinuation { asker in
            let key = Key(place: place, plan: change.plan ?? 0)
            let refusal = state.withLock { state -> HostRefusal? in
                if let refusal = obstacle(state, key) { return refusal }
                state.waiting[key, default: []].append(Wanted(change: change, asked: asked, asker: asker))
                return nil
            }
            if let refusal {
                asker.resume(returning: .refused(refusal))
            } else {
                Task { await wake() }
            }
        }
    }

    /// Whether there is one for a plan, these steps of which have begun.
    func isDue(_ plan: Int, at place: Place, begun: Set<String>) -> Bool {
        state.withLock { state in
            let key = Key(place: place, plan: plan)
            return state.recorded[key]?.first.map { $0.begun.isSubset(of: begun) } == true
                || state.waiting[key]?.isEmpty == false
        }
    }

    /// The next one: first what was changed in the session that is followed.
    func next(_ plan: Int, at place: Place, begun: Set<String>) -> Wanted? {
        state.withLock { state in
            let key = Key(place: place, plan: plan)
            if let first = state.recorded[key]?.first, first.begun.isSubset(of: begun) {
                state.recorded[key]?.removeFirst()
                return Wanted(change: first.change)
            }
            guard state.waiting[key]?.isEmpty == false else { return nil }
            return state.waiting[key]?.removeFirst()
        }
    }

    /// Those that wait for a plan which has ended.
    func leave(_ plan: Int, at place: Place) -> [Wanted] {
        state.withLock { $0.waiting.removeValue(forKey: Key(place: place, plan: plan)) ?? [] }
    }
}
