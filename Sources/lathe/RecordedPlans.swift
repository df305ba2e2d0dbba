internal import LatheVocabulary
internal import Synchronization

/// A replay's answers about plans: what was accepted is accepted, what was edited is edited as it was, what was declined is declined,
/// and what was tried once more is tried once more.
///
/// A plan is found by its place, its goal and its revision: the numbers of plans, and the order in which those of several subtasks
/// are made, may be others in a replay.
final class RecordedPlans: PlanReview {
    private struct Plan: Hashable {
        var place: Place
        var goal: String
    }

    private struct Form: Hashable {
        var plan: Plan
        var revision: Int
    }

    private struct Step: Hashable {
        var plan: Plan
        var step: String
    }

    private struct State {
        var forms: [Form: [PlanDecision]] = [:]
        var again: [Step: [Bool]] = [:]
    }

    private let state: Mutex<State>
    /// Whether the user was asked about any.
    let wereReviewed: Bool

    init(_ events: [Event]) {
        var (state, wereReviewed) = (State(), false)
        var made: [Int: PlanMade] = [:]
        var asked: [Place: HostCalled] = [:]
        for event in events {
            switch event.body {
            case .planMade(let plan):
                made[plan.plan] = plan
                guard plan.decided != .rule, plan.change == nil else { continue }
                let form = Form(plan: Plan(place: event.place, goal: Self.cut(plan.goal)), revision: plan.revision)
                state.forms[form, default: []].append(plan.edited.map { .edited($0) } ?? .accepted)
                wereReviewed = true
            case .planRefused(let refused) where refused.decided == .user:
                let revision = refused.plan.flatMap { made[$0]?.revision } ?? 0
                let form = Form(plan: Plan(place: event.place, goal: Self.cut(refused.goal)), revision: revision + 1)
                state.forms[form, default: []].append(.declined(""))
                wereReviewed = true
            case .hostCalled(let called) where called.name == "plan_step" && called.arguments["ask"] == true:
                asked[event.place] = called
            case .hostAnswered(let answered) where answered.name == "plan_step":
                guard let called = asked.removeValue(forKey: event.place), called.call == answered.call,
                    let plan = (called.arguments["plan"]?.integerValue).flatMap({ made[$0] }),
                    let name = called.arguments["step"]?.stringValue
                else { continue }
                let step = Step(plan: Plan(place: event.place, goal: Self.cut(plan.goal)), step: name)
                state.again[step, default: []].append(answered.value?["user"] == "again")
            default: break
            }
        }
        self.state = Mutex(state)
        self.wereReviewed = wereReviewed
    }

    /// As far as a refusal has a goal.
    private static func cut(_ goal: String) -> String {
        String(goal.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(300))
    }

    func decide(on plan: PlanMade, at place: Place, text: String, problem: String?) async -> PlanDecision? {
        // An edited plan comes once more, to be accepted.
        if problem == nil, plan.edited != nil { return .accepted }
        let form = Form(plan: Plan(place: place, goal: Self.cut(plan.goal)), revision: plan.revision)
        return state.withLock { state in
            guard state.forms[form]?.isEmpty == false else { return .accepted }
            return state.forms[form]?.removeFirst()
        }
    }

    func triesAgain(_ step: String, of plan: PlanMade, at place: Place, reason: String) async -> Bool? {
        let step = Step(plan: Plan(place: place, goal: Self.cut(plan.goal)), step: step)
        return state.withLock { state in
            guard state.again[step]?.isEmpty == false else { return nil }
            return state.again[step]?.removeFirst()
        }
    }
}
