/// In which order the steps of a plan run, beside what they need.
package enum PlanStrategy: String, Sendable, Hashable, Codable, CaseIterable {
    /// One after another, each told what those before it found.
    case sequential
    /// All that are ready at once.
    case parallel
    /// As parallel; a step may ask for steps below it.
    case hierarchical
}

/// A plan was checked and may run; or it is another than it was.
package struct PlanMade: Sendable, Hashable, Codable {
    package enum Decision: String, Sendable, Hashable, Codable, CaseIterable {
        /// A rule: nobody had to be asked.
        case rule
        /// The user saw it and accepted it.
        case user
        /// The user accepted it as they edited it.
        case edited
    }

    /// 1, 2, 3 … in the session.
    package var plan: Int
    /// 1 for the first form of this plan.
    package var revision: Int
    package var cell: Int
    package var goal: String
    package var strategy: PlanStrategy
    package var steps: [PlanStep]
    /// The most that all steps can use, attempts that follow a failure included.
    package var worst: WorkBound
    package var decided: Decision
    /// Why there is this revision; nil for the first.
    package var because: String?
    /// The plan as the user wrote it, where they edited it.
    package var edited: String?
    /// What the user changed from another terminal while it ran, and the number of the event with which they asked for it.
    package var change: PlanChange?
    package var asked: Int?

    package init(
        plan: Int, revision: Int = 1, cell: Int, goal: String, strategy: PlanStrategy, steps: [PlanStep],
        worst: WorkBound, decided: Decision = .rule, because: String? = nil, edited: String? = nil,
        change: PlanChange? = nil, asked: Int? = nil
    ) {
        self.plan = plan
        self.revision = revision
        self.cell = cell
        self.goal = goal
        self.strategy = strategy
        self.steps = steps
        self.worst = worst
        self.decided = decided
        self.because = because
        self.edited = edited
        self.change = change
        self.asked = asked
    }

    /// What it is expected to use in all.
    package var reckoned: PlanStep.Reckoning {
        steps.reduce(PlanStep.Reckoning(calls: 0...0, tokens: 0...0)) { sum, step in
            PlanStep.Reckoning(
                calls: Self.sum(sum.calls, step.reckoned.calls), tokens: Self.sum(sum.tokens, step.reckoned.tokens))
        }
    }

    private static func sum(_ one: ClosedRange<Int>, _ other: ClosedRange<Int>) -> ClosedRange<Int> {
        let least = one.lowerBound.addingReportingOverflow(other.lowerBound)
        let most = one.upperBound.addingReportingOverflow(other.upperBound)
        let upper = most.overflow ? Int.max : most.partialValue
        return min(least.overflow ? Int.max : least.partialValue, upper)...upper
    }

    /// One line, the same whatever a model costs, so that a replay prints it too: `plan 1: 3 steps, parallel; expected 6 to 12 model calls, 9000 to 30000 tokens; at most 6 subtasks, …`.
    package var sentence: String {
        let (calls, tokens) = (reckoned.calls, reckoned.tokens)
        let count = steps.count == 1 ? "1 step" : "\(steps.count) steps"
        let which = revision == 1 ? "plan \(plan)" : "plan \(plan), revision \(revision)"
        return "\(which): \(count), \(strategy.rawValue); expected \(calls.lowerBound) to \(calls.upperBound) model "
            + "calls, \(tokens.lowerBound) to \(tokens.upperBound) tokens; at most \(worst.text)"
    }

    /// The same with what it may cost.
    package var sentenceWithCost: String {
        "\(sentence), \(worst.microdollars.map(BudgetItem.microdollars.text) ?? "cost unknown")"
    }
}

/// A plan, or a change of one, was not allowed: nothing of it begins.
package struct PlanRefused: Sendable, Hashable, Codable {
    package enum Decision: String, Sendable, Hashable, Codable, CaseIterable {
        case rule, user
        /// The user wants to see plans, and there was nobody to ask.
        case nobody
        /// They were asked, and the task was stopped or their input ended before they had said anything.
        case unanswered
    }

    /// The plan that stays as it is; nil where there is none yet.
    package var plan: Int?
    package var goal: String
    package var reason: String
    package var decided: Decision
    /// The number of the event with which the user asked for it from another terminal.
    package var asked: Int?

    package init(plan: Int? = nil, goal: String, reason: String, decided: Decision, asked: Int? = nil) {
        self.asked = asked
        self.plan = plan
        self.goal = goal
        self.reason = reason
        self.decided = decided
    }

    private static let ofUser = ("the user declined this plan", ": ", "; nothing of it began")

    /// The reason where the user said no, with why as they say.
    package static func reason(ofUser why: String) -> String {
        ofUser.0 + (why.isEmpty ? "" : ofUser.1 + why) + ofUser.2
    }

    /// Why the user said no, out of such a reason; empty where they gave none.
    package var why: String {
        let lead = Self.ofUser.0 + Self.ofUser.1
        guard reason.hasPrefix(lead) else { return "" }
        let rest = reason.dropFirst(lead.count)
        return String(rest.hasSuffix(Self.ofUser.2) ? rest.dropLast(Self.ofUser.2.count) : rest)
    }
}

/// Where a step of a plan stands.
package struct PlanStepChanged: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// All that it needs is there.
        case ready
        case running
        case complete
        /// This attempt failed; `reason` says what comes next.
        case failed
        /// This attempt was given up, since it made no progress.
        case stalled
        /// It does not run, since something that it needs is missing or the plan was stopped.
        case notRun = "not_run"
    }

    package var plan: Int
    package var step: String
    package var state: State
    /// 1, 2 … of the times that it began or is to begin.
    package var attempt: Int
    /// The number of its subtask, once there is one.
    package var subtask: Int?
    package var agent: String?
    package var reason: String?

    package init(
        plan: Int, step: String, state: State, attempt: Int = 1, subtask: Int? = nil, agent: String? = nil,
        reason: String? = nil
    ) {
        self.plan = plan
        self.step = step
        self.state = state
        self.attempt = attempt
        self.subtask = subtask
        self.agent = agent
        self.reason = reason
    }
}

/// A plan ended.
package struct PlanEnded: Sendable, Hashable, Codable {
    package enum Status: String, Sendable, Hashable, Codable, CaseIterable {
        /// All required steps are complete.
        case complete
        /// A required step has no result.
        case incomplete
        /// It was given up before all was tried.
        case stopped
    }

    package var plan: Int
    package var status: Status
    package var reason: String

    package init(plan: Int, status: Status, reason: String = "") {
        self.plan = plan
        self.status = status
        self.reason = reason
    }
}
