import LatheVocabulary

/// What screens say of plans: plain sentences, whose texts of models are cut here and escaped where they are shown.
enum PlanLines {
    /// Nil for an event that is about no plan.
    static func sentences(_ body: EventBody) -> [String]? {
        switch body {
        case .planMade(let made): sentences(made)
        case .planRefused(let refused): [sentence(refused)]
        // What is ready begins at once, or waits for its turn: no news for a person.
        case .planStep(let step): step.state == .ready ? [] : [sentence(step)]
        case .planEnded(let ended):
            ["plan \(ended.plan) \(ended.status.rawValue)" + because(ended.reason)]
        default: nil
        }
    }

    private static func sentences(_ made: PlanMade) -> [String] {
        let decided =
            switch made.decided {
            case .rule: ""
            case .user: "; accepted by the user"
            case .edited: "; as the user edited it"
            }
        let heading = made.sentenceWithCost + decided + ": " + OrchestrationLines.brief(made.goal)
        return [heading + (made.because.map { "; since " + OrchestrationLines.brief($0) } ?? "")]
    }

    private static func sentence(_ refused: PlanRefused) -> String {
        let what = refused.plan.map { "a change of plan \($0)" } ?? "a plan"
        let by = refused.decided == .user ? "was declined by the user" : "was refused"
        return "\(what) \(by): \(OrchestrationLines.brief(refused.reason))"
    }

    private static func sentence(_ step: PlanStepChanged) -> String {
        let state = step.state == .notRun ? "not run" : step.state.rawValue
        let attempt = step.attempt > 1 ? ", attempt \(step.attempt)" : ""
        let agent = step.agent.map { " (\(OrchestrationLines.brief($0)))" } ?? ""
        return "plan \(step.plan), step \(OrchestrationLines.brief(step.step))\(agent) \(state)\(attempt)"
            + because(reason(step))
    }

    /// Why, without the state once more.
    private static func reason(_ step: PlanStepChanged) -> String {
        let reason = step.reason ?? ""
        let lead = step.state.rawValue + ": "
        return reason.hasPrefix(lead) ? String(reason.dropFirst(lead.count)) : reason
    }

    private static func because(_ reason: String) -> String {
        reason.isEmpty ? "" : ": \(OrchestrationLines.brief(reason))"
    }
}
