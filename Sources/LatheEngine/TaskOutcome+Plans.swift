internal import LatheVocabulary

extension TaskOutcome {
    /// An answer is not a whole one where a plan that began has no result of a required step, unless that was run again with success:
    /// by the same plan, under its name, or in a later plan for the same goal.
    mutating func settle(plans events: [Event], finished: [SubtaskOutcome]) {
        guard status == .complete else { return }
        var made: [Int: PlanMade] = [:]
        var steps: [Int: [String: PlanStepChanged]] = [:]
        for event in events where event.place == .coordinator {
            switch event.body {
            case .planMade(let plan): made[plan.plan] = plan
            case .planStep(let step): steps[step.plan, default: [:]][step.step] = step
            default: break
            }
        }
        let lacking = made.filter { steps[$0.key] != nil }.mapValues { plan in
            plan.steps.filter { step in
                step.required && steps[plan.plan]?[step.name]?.state != .complete
                    && !finished.contains { $0.label == step.name && $0.status == .complete }
            }
        }
        let whole = lacking.filter(\.value.isEmpty).keys
        let open = lacking.filter { number, steps in
            !steps.isEmpty && !whole.contains { $0 > number && made[$0]?.goal == made[number]?.goal }
        }
        guard let (number, missing) = open.min(by: { $0.key < $1.key }) else { return }
        status = .incomplete
        let reasons = missing.prefix(4).map { step in
            let last = steps[number]?[step.name]
            return step.name + (last?.reason.map { ": \($0.singleLine(upTo: 160))" } ?? "")
        }
        let more = missing.count > 4 ? "; \(missing.count - 4) more" : ""
        reason = "plan \(number) has no result of \(reasons.joined(separator: "; "))\(more)"
    }
}
