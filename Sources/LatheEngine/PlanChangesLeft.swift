internal import LatheVocabulary

/// The changes of plans that were asked for and neither made nor refused: a fold over a session's events.
struct PlanChangesLeft: Sendable {
    /// By the number of the event that asked for it.
    private(set) var wanted: [Int: (place: Place, change: PlanChange)] = [:]

    mutating func apply(_ event: Event) {
        switch event.body {
        case .steppedIn(let step): if let change = step.plan { wanted[event.sequence] = (step.agent, change) }
        case .planMade(let made): if let asked = made.asked { wanted[asked] = nil }
        case .planRefused(let refused): if let asked = refused.asked { wanted[asked] = nil }
        case .taskFinished where event.place == .coordinator: wanted = [:]
        case .subtaskFinished(let outcome): wanted = wanted.filter { $0.value.place != outcome.place }
        default: break
        }
    }
}
