internal import LatheVocabulary

/// The course of a plan: what the kernel says of its steps is compared with what lathe knows of their subtasks.
extension HostDesk {
    private static let limits = (reason: 600, number: 1_000_000_000)

    func planStep(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let past = try await PlanPast(services.log, at: place)
        let made = try past.plan(try arguments.integer("plan", in: 1...Self.limits.number))
        let changed = try await step(arguments, of: made)
        try await journalOnce(.planStep(changed))
        guard try arguments.optionalFlag("ask") ?? false, changed.state != .complete, services.limits.plans.review,
            changed.attempt < PlanAsked.mostAttempts, let review = services.planReview
        else { return [:] }
        let again = await review.triesAgain(changed.step, of: made, at: place, reason: changed.reason ?? "")
        return again == true ? ["user": "again"] : [:]
    }

    private func step(_ arguments: HostArguments, of made: PlanMade) async throws(HostRefusal) -> PlanStepChanged {
        let name = try arguments.text("step", upTo: PlanDraft.limits.name)
        guard made.steps.contains(where: { $0.name == name }) else {
            throw HostRefusal(
                "invalid_arguments", "plan_step: plan \(made.plan) has no step '\(name.singleLine(upTo: 60))'")
        }
        guard let state = PlanStepChanged.State(rawValue: try arguments.text("state", upTo: 10)) else {
            throw HostRefusal(
                "invalid_arguments", "plan_step: state is ready, running, complete, failed, stalled or not_run")
        }
        let changed = PlanStepChanged(
            plan: made.plan, step: name, state: state,
            attempt: try arguments.integer("attempt", in: 1...PlanAsked.mostAttempts),
            subtask: try arguments.optionalInteger("subtask", in: 1...Self.limits.number),
            agent: try arguments.optionalText("agent", upTo: 64)?.singleLine(upTo: 64),
            reason: arguments.present("reason")?.stringValue?.singleLine(upTo: Self.limits.reason))
        if let id = changed.subtask {
            guard await delegation.registry.owns(place, [id]) else {
                throw HostRefusal("not_allowed", "plan_step: \(id) is no subtask of this kernel")
            }
            guard await delegation.registry.isAgent(id, labelled: name) else {
                throw HostRefusal(
                    "invalid_arguments",
                    "plan_step: \(id) is no attempt of step '\(name)': those carry its name as their label")
            }
        }
        let outcome: SubtaskOutcome? =
            if let id = changed.subtask { await delegation.registry.outcomes(of: [id], within: 0).first } else { nil }
        try Self.compare(changed, outcome)
        return changed
    }

    /// A step is complete where its subtask is, and has not failed where that still runs, whatever the kernel says.
    private static func compare(_ changed: PlanStepChanged, _ outcome: SubtaskOutcome?) throws(HostRefusal) {
        let agrees =
            switch changed.state {
            case .ready, .notRun: true
            case .running: outcome != nil
            case .complete: outcome?.status == .complete
            case .failed, .stalled: outcome.map { ![.running, .complete].contains($0.status) } ?? true
            }
        guard !agrees else { return }
        let stands = outcome.map { "is \($0.status.rawValue)" } ?? "is missing"
        throw HostRefusal(
            "invalid_arguments",
            "plan_step: step '\(changed.step)' cannot be \(changed.state.rawValue): its subtask \(stands)")
    }

    func endPlan(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let past = try await PlanPast(services.log, at: place)
        let made = try past.plan(try arguments.integer("plan", in: 1...Self.limits.number))
        guard let status = PlanEnded.Status(rawValue: try arguments.text("status", upTo: 12)) else {
            throw HostRefusal("invalid_arguments", "plan_end: it ends complete, incomplete or stopped")
        }
        let lacking = made.steps.filter { $0.required && past.steps[made.plan]?[$0.name]?.state != .complete }
        guard status != .complete || lacking.isEmpty else {
            throw HostRefusal(
                "invalid_arguments",
                "plan_end: plan \(made.plan) is not complete: \(lacking.map(\.name).joined(separator: ", "))")
        }
        let reason = arguments.present("reason")?.stringValue ?? ""
        // A plan that is run again may end as it ended before.
        let ended = PlanEnded(plan: made.plan, status: status, reason: reason.singleLine(upTo: Self.limits.reason))
        if past.ended[made.plan] == ended, past.isEnded(made.plan) { return [:] }
        try await journal(.planEnded(ended))
        try await refuseChanges(of: made)
        return [:]
    }
}
