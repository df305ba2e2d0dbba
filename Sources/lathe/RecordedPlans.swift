internal import LatheVocabulary
internal import Synchronization

/// A replay's answers about plans: what was accepted is accepted, what was edited is edited as it was, what was declined is declined.
final class RecordedPlans: PlanReview {
    private let decisions: [PlanDecision]
    private let next = Mutex(0)

    init(_ events: [Event]) {
        decisions = events.compactMap { event in
            switch event.body {
            case .planMade(let made) where made.decided != .rule && made.change == nil:
                made.edited.map { .edited($0) } ?? .accepted
            case .planRefused(let refused) where refused.decided == .user: .declined("")
            default: nil
            }
        }
    }

    var wereReviewed: Bool { !decisions.isEmpty }

    func decide(on plan: PlanMade, text: String, problem: String?) async -> PlanDecision? {
        // An edited plan comes once more, to be accepted.
        if problem == nil, plan.edited != nil { return .accepted }
        return next.withLock { next in
            defer { next += 1 }
            return decisions.indices.contains(next) ? decisions[next] : .accepted
        }
    }

    func triesAgain(_ step: String, of plan: PlanMade, reason: String) async -> Bool? { nil }
}
