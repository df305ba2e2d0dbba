internal import LatheVocabulary
internal import Synchronization

/// A replay's answers about plans: what was accepted is accepted, what was edited is edited as it was, what was declined is declined,
/// and what was tried once more is tried once more.
///
/// A plan is found by its place, its goal, how many with that goal were asked for there before it, and its revision: the numbers of
/// plans, and the order in which those of several subtasks are made, may be others in a replay. There the user is asked about each,
/// also of runs in which they were not.
final class RecordedPlans: PlanReview {
    private struct Plan: Hashable {
        var place: Place
        var goal: String
    }

    private struct Form: Hashable {
        var plan: Plan
        /// Of those with its goal, from 1.
        var count: Int
        var revision: Int
    }

    private struct Step: Hashable {
        var plan: Plan
        var step: String
    }

    private struct State {
        /// Nil where the user had not decided.
        var forms: [Form: [PlanDecision?]] = [:]
        var again: [Step: [Bool]] = [:]
        /// How often a first form was asked for, so far in this replay.
        var counts = Counts()
    }

    /// Tells plans of one place and goal apart by the order in which they are asked for.
    private struct Counts {
        private var counts: [Plan: Int] = [:]

        mutating func form(_ plan: Plan, _ revision: Int) -> Form {
            if revision == 1 { counts[plan, default: 0] += 1 }
            return Form(plan: plan, count: counts[plan] ?? 1, revision: revision)
        }
    }

    private let state: Mutex<State>
    /// Whether the user was, or would have been, asked about any.
    let wereReviewed: Bool

    init(_ events: [Event]) {
        var (state, counts, wereReviewed) = (State(), Counts(), false)
        var made: [Int: PlanMade] = [:]
        var asked: [Place: HostCalled] = [:]
        for event in events {
            switch event.body {
            case .planMade(let plan):
                made[plan.plan] = plan
                let form = counts.form(Plan(place: event.place, goal: Self.cut(plan.goal)), plan.revision)
                guard plan.decided != .rule, plan.change == nil else { continue }
                state.forms[form, default: []].append(plan.edited.map { .edited($0) } ?? .accepted)
                wereReviewed = true
            case .planRefused(let refused) where refused.decided != .rule:
                let revision = refused.plan.flatMap { made[$0]?.revision } ?? 0
                let form = counts.form(Plan(place: event.place, goal: Self.cut(refused.goal)), revision + 1)
                state.forms[form, default: []].append(Self.decision(refused))
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

    private static func decision(_ refused: PlanRefused) -> PlanDecision? {
        switch refused.decided {
        case .user: .declined(refused.why)
        case .nobody: .nobody
        case .unanswered, .rule: nil
        }
    }

    /// As far as a refusal has a goal.
    private static func cut(_ goal: String) -> String {
        String(goal.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(300))
    }

    func decide(on plan: PlanMade, at place: Place, text: String, problem: String?) async -> PlanDecision? {
        // An edited plan comes once more, to be accepted.
        if problem == nil, plan.edited != nil { return .accepted }
        return state.withLock { state in
            let form = state.counts.form(Plan(place: place, goal: Self.cut(plan.goal)), plan.revision)
            guard state.forms[form]?.isEmpty == false else { return .accepted }
            return state.forms[form]?.removeFirst() ?? nil
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
