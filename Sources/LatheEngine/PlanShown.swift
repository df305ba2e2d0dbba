package import LatheVocabulary

/// A plan as its owner sees and changes it from another terminal, made of a session's journal alone.
package struct PlanShown: Sendable {
    package let standing: PlansStanding.Standing
    let draft: PlanDraft

    /// What `init` needs to see.
    package static let kinds = PlanPast.kinds.union([.hostCalled, .hostAnswered])

    /// Plan `number`, else the only one that is under way, else the newest.
    package init(_ events: [Event], number: Int?) throws(ControlRefusal) {
        standing = try PlansStanding(events).find(number).get()
        guard let draft = Self.draft(of: standing, in: events) else {
            throw ControlRefusal("gone", "the journal does not hold plan \(standing.made.plan) whole")
        }
        self.draft = draft
    }

    package var number: Int { standing.made.plan }

    /// The steps that may be another, as far as the journal says: of a failed one only its kernel knows whether it is tried again.
    private var open: Set<String> {
        guard !standing.isOver else { return [] }
        return Set(
            draft.steps.map(\.name).filter { name in
                ![.running, .complete, .notRun].contains(standing.steps[name]?.state)
            })
    }

    /// The newest form that a kernel was told, with its whole tasks.
    private static func draft(of standing: PlansStanding.Standing, in events: [Event]) -> PlanDraft? {
        var calls: [Int: HostCalled] = [:]
        var forms: [Int: PlanMade] = [:]
        var newest: PlanDraft?
        for event in events where event.place == standing.place {
            switch event.body {
            case .planMade(let made) where made.plan == standing.made.plan: forms[made.revision] = made
            case .hostCalled(let called) where ["plan", "plan_change"].contains(called.name):
                calls[called.call] = called
            case .hostAnswered(let answered):
                guard let called = calls.removeValue(forKey: answered.call),
                    answered.value?["plan"]?.integerValue == standing.made.plan,
                    let made = (answered.value?["revision"]?.integerValue).flatMap({ forms[$0] })
                else { continue }
                newest = form(called, made) ?? newest
            default: break
            }
        }
        return newest
    }

    private static func form(_ called: HostCalled, _ made: PlanMade) -> PlanDraft? {
        let call = HostCall(name: called.name, arguments: called.arguments)
        do throws(HostRefusal) {
            var draft = try PlanDraft(HostArguments(call))
            if let text = made.edited { draft = try PlanText.read(text, over: draft) }
            if let change = made.change { draft = try draft.changed(by: change) { _ in nil } }
            return draft
        } catch {
            return nil
        }
    }

    // MARK: As text

    /// For people, who may edit it.
    package var text: String { PlanText.running(draft, standing, open: open) }

    /// Whether a text says anything of a step.
    package static func hasSteps(_ text: String) -> Bool {
        text.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("step:") }
    }

    /// What an edited text wants changed.
    package func change(_ text: String) throws(ControlRefusal) -> PlanChange {
        guard Self.hasSteps(text) else { throw ControlRefusal("invalid", "this text has no line `step: NAME`") }
        do throws(HostRefusal) {
            var read = try PlanText.read(text, over: draft)
            guard read.strategy == draft.strategy else {
                throw HostRefusal("invalid", "the strategy of a plan that runs stays \(draft.strategy.rawValue)")
            }
            let begun = draft.steps.filter { !open.contains($0.name) }
            if let stranger = read.steps.first(where: { step in begun.contains { $0.name == step.name && $0 != step } })
            {
                throw HostRefusal("invalid", "step '\(stranger.name)' has begun; give a new one another name")
            }
            read.steps = begun + read.steps.filter { step in !begun.contains { $0.name == step.name } }
            guard var change = read.change(from: draft, open: open) else {
                throw HostRefusal("invalid", "this changes nothing of the plan")
            }
            change.plan = number
            return change
        } catch {
            throw ControlRefusal("invalid", error.reason)
        }
    }

    /// For programs.
    package var json: JSONValue {
        [
            "plan": .integer(number), "revision": .integer(standing.made.revision),
            "place": .string(standing.place.description), "goal": .string(draft.goal),
            "strategy": .string(draft.strategy.rawValue), "ended": .bool(standing.isOver),
            "steps": .array(draft.steps.map(json)),
        ]
    }

    private func json(_ step: PlanDraft.Step) -> JSONValue {
        let newest = standing.steps[step.name]
        return [
            "name": .string(step.name), "state": .string(newest?.state.rawValue ?? "waiting"),
            "open": .bool(open.contains(step.name)), "subtask": newest?.subtask.map(JSONValue.integer) ?? .null,
            "task": .string(step.task), "agent": .string(step.agent),
            "needs": .array(step.needs.map(JSONValue.string)), "required": .bool(step.required),
            "complexity": .string(step.complexity?.rawValue ?? ""), "fallback": .string(step.fallback ?? ""),
            "model": .string(step.model ?? ""), "talk": .array(step.talk.map(JSONValue.string)),
            "budget": step.budget.json,
        ]
    }
}
