internal import LatheVocabulary
internal import Synchronization

/// One handoff as its receiver meets it: to be accepted within a time, or declined. Safe from any thread.
final class HandoffTerms: Sendable {
    enum State: Sendable, Hashable {
        case waiting, accepted
        case declined(String)
        case expired
    }

    let number: Int
    let within: Double
    private let current: Mutex<State>

    /// `state` is what the journal says of it, for one that an earlier program run began.
    init(_ initiated: HandoffInitiated, state: State) {
        number = initiated.handoff
        within = initiated.within
        current = Mutex(state)
    }

    var state: State { current.withLock { $0 } }

    /// Why an answer of the receiver's does not count; nil where it does.
    var objection: String? {
        switch state {
        case .accepted: nil
        case .waiting: "nothing was accepted yet: lathe.accept() first, or lathe.decline(reason)"
        case .declined, .expired: "the handoff is over"
        }
    }

    /// Changes a state that is still open; what it is then.
    func settle(_ new: State) -> State {
        current.withLock { state in
            if state == .waiting { state = new }
            return state
        }
    }

    /// Runs the receiver's work, and stops it where nobody has accepted when the time is up. `past` seconds of it went by in an
    /// earlier program run. While it `isHeld`, by the user and not by itself, the clock stands still.
    func guarding<Value: Sendable>(
        after past: Double, isHeld: @escaping @Sendable () -> Bool, _ work: @escaping @Sendable () async -> Value
    ) async -> Value {
        let task = Task { await work() }
        let clock = Task { [within] in
            guard (try? await Self.count(within - past, isHeld)) != nil else { return }
            if self.settle(.expired) == .expired { task.cancel() }
        }
        let value = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        clock.cancel()
        return value
    }
}

extension HandoffTerms {
    /// Returns when so many seconds have gone by in which nothing held the receiver. A hold that begins or ends counts from a tenth
    /// of a second on.
    private static func count(_ seconds: Double, _ isHeld: () -> Bool) async throws {
        var left = seconds
        while left > 0 {
            let (began, wasHeld) = (ContinuousClock.now, isHeld())
            try await Task.sleep(for: .seconds(wasHeld ? 0.1 : min(left, 0.1)))
            if !wasHeld, !isHeld() { left -= began.duration(to: .now).seconds }
        }
    }
}

/// What the journal says of handoffs: a fold over its events. Their numbers are the session's.
struct HandoffPast: Sendable {
    private(set) var initiated: [Int: (by: Place, terms: HandoffInitiated)] = [:]
    private(set) var states: [Int: HandoffTerms.State] = [:]
    private(set) var completed: [Int: HandoffCompleted] = [:]
    private(set) var rolledBack: [Int: HandoffRolledBack] = [:]

    init(_ log: EventLog) async throws(HostRefusal) {
        do throws(JournalError) {
            let events = try await log.events(
                after: 0,
                of: [
                    .handoffInitiated, .handoffAccepted, .handoffDeclined, .handoffCompleted, .handoffRolledBack,
                ])
            for event in events { apply(event) }
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
    }

    var newest: Int { initiated.keys.max() ?? 0 }

    /// A handoff of this place that has come to no end.
    func open(_ number: Int, of place: Place) throws(HostRefusal) -> HandoffInitiated {
        guard let found = initiated[number], found.by == place else {
            throw HostRefusal("invalid_arguments", "handoff: this kernel has initiated no handoff \(number)")
        }
        return found.terms
    }

    /// Those that this very cell had initiated when lathe ended, and that nobody took up.
    func unbegun(of place: Place, in cell: Int, _ agent: String, _ goal: String) -> [Int] {
        initiated.values.filter { one in
            one.by == place && one.terms.cell == cell && one.terms.agent == agent && one.terms.goal == goal
                && states[one.terms.handoff] == nil && rolledBack[one.terms.handoff] == nil
        }.map(\.terms.handoff)
    }

    private mutating func apply(_ event: Event) {
        switch event.body {
        case .handoffInitiated(let one): initiated[one.handoff] = (event.place, one)
        case .handoffAccepted(let one): states[one.handoff] = .accepted
        case .handoffDeclined(let one): states[one.handoff] = .declined(one.reason)
        case .handoffCompleted(let one): completed[one.handoff] = one
        case .handoffRolledBack(let one): rolledBack[one.handoff] = one
        default: break
        }
    }
}
