internal import LatheVocabulary

/// A plan that runs becomes another since its owner wants it so: asked for by the code that runs it, between two of its steps.
extension HostDesk {
    /// What the kernel says of a plan that it runs.
    struct RunningPlan: Sendable {
        var number: Int
        /// The form that it knows.
        var revision: Int
        /// The steps that have begun, or will not any more.
        var begun: Set<String>

        init(_ arguments: HostArguments) throws(HostRefusal) {
            number = try arguments.integer("plan", in: 1...1_000_000)
            revision = try arguments.integer("revision", in: 1...1_000_000)
            begun = Set(try arguments.texts("begun", upTo: PlanDraft.limits.name))
        }
    }

    /// The next change, made; an empty object where there is none.
    func planChange(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let running = try RunningPlan(arguments)
        let past = try await PlanPast(services.log, at: place)
        let made = try past.plan(running.number)
        let draft = try PlanDraft(arguments)
        let open = Set(try arguments.texts("open", upTo: PlanDraft.limits.name))
        let state = { (step: String) in past.state(of: step, in: running.number, isOpen: open.contains(step)) }
        if let earlier = past.change(after: running) {
            // It was made, and lathe ended before the kernel's memory had it.
            let change = earlier.change ?? PlanChange()
            let changed = try draft.changed(by: change) { open.contains($0) ? nil : "has begun" }
            let asked = self.asked(change, arguments, past, earlier)
            return answer(earlier, try await check(changed, arguments, asked).bounds, changed, asked.reopened)
        }
        while let wanted = delegation.changes.next(running.number, at: place, begun: running.begun) {
            let asked = self.asked(wanted.change, arguments, past, made)
            do throws(HostRefusal) {
                let changed = try draft.changed(by: wanted.change, state)
                let checked = try await check(changed, arguments, asked)
                var again = checked.made(by: .edited, in: cell, asked)
                again.because = "the user " + wanted.change.sentence(over: Set(draft.steps.map(\.name)))
                (again.change, again.asked) = (wanted.change, wanted.asked)
                try await journal(.planMade(again))
                wanted.end(.made(again))
                return answer(again, checked.bounds, changed, asked.reopened)
            } catch {
                try await refuse(wanted, error, made)
            }
        }
        return [:]
    }

    /// A step that is tried otherwise than before begins to count anew.
    private func asked(
        _ change: PlanChange, _ arguments: HostArguments, _ past: PlanPast, _ made: PlanMade
    ) -> PlanAsked {
        var asked = PlanAsked(known: made, past: past)
        let begun = past.begun[made.plan] ?? [:]
        asked.reopened = Set(
            change.steps.filter { $0.task != nil || $0.agent != nil || $0.fallback != nil }.map(\.name)
                .filter { begun[$0] != nil })
        asked.budget = (try? arguments.budget("budget")) ?? BudgetLimits()
        return asked
    }

    private func refuse(
        _ wanted: PlanChanges.Wanted, _ refusal: HostRefusal, _ made: PlanMade
    ) async throws(HostRefusal) {
        let refused = PlanRefused(
            plan: made.plan, goal: made.goal.singleLine(upTo: 400), reason: refusal.reason.singleLine(upTo: 600),
            decided: .rule, asked: wanted.asked)
        defer { wanted.end(.refused(refusal)) }
        try await journal(.planRefused(refused))
    }

    /// Changes that wait for a plan which has ended come to nothing.
    func refuseChanges(of made: PlanMade) async throws(HostRefusal) {
        for wanted in delegation.changes.leave(made.plan, at: place) {
            try await refuse(
                wanted, HostRefusal("gone", "plan \(made.plan) ended before it could be changed"), made)
        }
    }

    private func answer(
        _ made: PlanMade, _ bounds: PlanBounds, _ draft: PlanDraft, _ reopened: Set<String>
    ) -> JSONValue {
        [
            "plan": .integer(made.plan), "revision": .integer(made.revision), "told": .string(made.sentence),
            "because": .string(made.because ?? ""), "each": .object(bounds.shares.mapValues(\.json)),
            "edited": draft.edited, "reopened": .array(reopened.sorted().map(JSONValue.string)),
        ]
    }
}

extension PlanPast {
    /// Why a step stays as it is; nil for one that may be another. `isOpen` says the kernel, which knows of failed ones whether they
    /// are tried again.
    func state(of step: String, in plan: Int, isOpen: Bool) -> String? {
        let newest = steps[plan]?[step]
        let subtask = newest?.subtask.map { " (subtask://\($0))" } ?? ""
        switch newest?.state {
        case .running: return "runs\(subtask): cancel it first with lathe control cancel, or let it end"
        case .complete: return "is complete\(subtask)"
        default: break
        }
        if newest != nil, (begun[plan]?[step] ?? 0) + PlanBounds.tries > PlanAsked.mostAttempts {
            return "has been tried too often; add another one in its place"
        }
        guard !isOpen else { return nil }
        return
            "is over (\((newest?.state ?? .failed).rawValue.replacing("_", with: " "))); add another one in its place"
    }

    /// What its owner made of the form that a kernel knows, once as many steps have begun as had then.
    func change(after running: HostDesk.RunningPlan) -> PlanMade? {
        guard let one = changes[running.number]?.first(where: { $0.made.revision == running.revision + 1 }) else {
            return nil
        }
        return one.begun.isSubset(of: running.begun) ? one.made : nil
    }
}
