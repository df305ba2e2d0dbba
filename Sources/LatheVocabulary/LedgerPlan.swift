/// A plan as the ledger has it: its newest revision, and where each step stands.
package struct LedgerPlan: Sendable, Hashable {
    package struct Step: Sendable, Hashable {
        package var plan: PlanStep
        /// Nil until all that it needs is there.
        package var changed: PlanStepChanged?
        /// Of all its attempts.
        package var subtasks: Set<Int> = []

        package var isOpen: Bool {
            switch changed?.state {
            case .complete, .notRun: false
            default: true
            }
        }
    }

    package var made: PlanMade
    package var place: Place
    package var steps: [Step]
    package var ended: PlanEnded?

    init(_ made: PlanMade, at place: Place, after earlier: LedgerPlan?) {
        self.made = made
        self.place = place
        let known = Dictionary((earlier?.steps ?? []).map { ($0.plan.name, $0) }) { first, _ in first }
        steps = made.steps.map { plan in
            var step = known[plan.name] ?? Step(plan: plan)
            step.plan = plan
            return step
        }
    }

    mutating func take(_ changed: PlanStepChanged) {
        guard let index = steps.firstIndex(where: { $0.plan.name == changed.step }) else { return }
        steps[index].changed = changed
        if let subtask = changed.subtask { steps[index].subtasks.insert(subtask) }
    }

    /// What of an ended plan is under way or waits comes to nothing: whoever stopped it said so once, not for each step.
    mutating func end(_ ended: PlanEnded) {
        self.ended = ended
        for index in steps.indices where [.running, .ready, nil].contains(steps[index].changed?.state) {
            let before = steps[index].changed
            steps[index].changed = PlanStepChanged(
                plan: made.plan, step: steps[index].plan.name, state: .notRun, attempt: before?.attempt ?? 1,
                subtask: before?.subtask, agent: before?.agent, reason: "the plan was \(ended.status.rawValue)")
        }
    }

    package var json: JSONValue {
        [
            "plan": .integer(made.plan), "revision": .integer(made.revision), "goal": .string(made.goal),
            "strategy": .string(made.strategy.rawValue), "place": .string(place.description),
            "status": ended.map { .string($0.status.rawValue) } ?? .null,
            "reason": .string(ended?.reason ?? ""),
            "steps": .array(steps.map(\.json)),
        ]
    }
}

extension LedgerPlan.Step {
    /// `waiting` until all that it needs is there, then the state of its newest attempt.
    package var state: String { changed?.state.rawValue ?? "waiting" }

    fileprivate var json: JSONValue {
        [
            "name": .string(plan.name), "task": .string(plan.task), "state": .string(state),
            "agent": (changed?.agent ?? plan.agent).map { .string($0) } ?? .null,
            "needs": .array(plan.needs.map { .string($0) }), "required": .bool(plan.required),
            "attempt": changed.map { .integer($0.attempt) } ?? .null,
            "subtask": changed?.subtask.map { .string("subtask://\($0)") } ?? .null,
            "reason": changed?.reason.map { .string($0) } ?? .null,
        ]
    }
}
