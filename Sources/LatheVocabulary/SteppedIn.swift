/// Somebody stepped into a run from another terminal: what they did, and who.
package struct SteppedIn: Sendable, Hashable, Codable {
    package enum Action: String, Sendable, Hashable, Codable, CaseIterable {
        /// No turn begins any more, of an agent and all below it.
        case pause
        case goOn = "continue"
        case cancel
        /// The words are in `message_sent`.
        case tell
        case budget
        /// A cell is run between two turns: `cell_started` says when.
        case cell
        /// A plan that runs is to be another: `plan_made` or `plan_refused` say what became of it.
        case plan
        /// A waiting question about a tool.
        case allow, deny
    }

    package var action: Action
    /// The agent that it is about.
    package var agent: Place
    /// What the agent may use from now on, of `budget`.
    package var budget: BudgetLimits?
    /// The number of the question, of `allow` and `deny`.
    package var question: Int?
    /// What is to run, of `cell`.
    package var code: String?
    /// What is to change, of `plan`.
    package var plan: PlanChange?
    /// The system's word for who did it: the number of the user, and of the process.
    package var user: Int
    package var process: Int

    package init(
        _ action: Action, _ agent: Place, budget: BudgetLimits? = nil, question: Int? = nil, code: String? = nil,
        plan: PlanChange? = nil, user: Int, process: Int
    ) {
        self.action = action
        self.agent = agent
        self.budget = budget
        self.question = question
        self.code = code
        self.plan = plan
        self.user = user
        self.process = process
    }
}

extension SteppedIn {
    /// What was done and by whom.
    package var sentence: String {
        let what =
            switch action {
            case .pause: "paused \(agent)"
            case .goOn: "let \(agent) go on"
            case .cancel: "cancelled \(agent)"
            case .tell: "said something to \(agent)"
            case .budget: "gave \(agent) \(budget?.text ?? "")"
            case .cell: "wants a cell run in \(agent)"
            case .plan: "wants plan \(plan?.plan ?? 0) of \(agent) changed: \(plan?.sentence ?? "")"
            case .allow: "allowed question \(question ?? 0) of \(agent)"
            case .deny: "denied question \(question ?? 0) of \(agent)"
            }
        return "the user (\(user), process \(process)) \(what)"
    }
}
