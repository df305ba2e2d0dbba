/// Puts plans to the user, one at a time, before anything of them begins.
package protocol PlanReview: Sendable {
    /// What the user says to a plan; nil where nobody answered. `text` is its form for people, which they may edit; `problem` says
    /// what was wrong with what they made of it the last time.
    func decide(on plan: PlanMade, at place: Place, text: String, problem: String?) async -> PlanDecision?

    /// Whether a step that failed, and on which the plan hangs, is to be tried once more; nil where nobody answered.
    func triesAgain(_ step: String, of plan: PlanMade, at place: Place, reason: String) async -> Bool?
}

/// What the user says to a plan.
package enum PlanDecision: Sendable, Hashable {
    case accepted
    /// They want it as this text says.
    case edited(String)
    /// They do not want it; the reason is theirs and may be empty.
    case declined(String)
    /// There is nobody to ask.
    case nobody
}
