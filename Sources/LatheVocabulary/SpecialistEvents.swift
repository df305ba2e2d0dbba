/// A subtask wishes for a specialist, since it cannot do a part of its work.
package struct SpecialistAsked: Sendable, Hashable, Codable {
    /// How many agents are looked for.
    package static let mostAgents = 5

    /// 1, 2, 3 … in the session.
    package var specialist: Int
    package var cell: Int
    package var need: String
    package var why: String
    /// Agents that fit, as the decision was shown them.
    package var agents: [String]

    package init(specialist: Int, cell: Int, need: String, why: String, agents: [String] = []) {
        self.specialist = specialist
        self.cell = cell
        self.need = need
        self.why = why
        self.agents = agents
    }
}

/// What was decided on such a wish.
package struct SpecialistDecided: Sendable, Hashable, Codable {
    package enum Decision: String, Sendable, Hashable, Codable, CaseIterable {
        case spawn, decompose, decline
    }

    package enum Decider: String, Sendable, Hashable, Codable, CaseIterable {
        /// A rule: of lathe.json, a bound, or that no decision could be had.
        case rule
        case model
        /// The user, about what the model would have granted.
        case user
    }

    /// One subtask that is granted.
    package struct Step: Sendable, Hashable, Codable {
        /// Of the library; nil for one with these instructions.
        package var agent: String?
        package var instructions: String?
        package var task: String

        package init(agent: String?, instructions: String?, task: String) {
            self.agent = agent
            self.instructions = instructions
            self.task = task
        }
    }

    package var specialist: Int
    package var decision: Decision
    package var decided: Decider
    package var reason: String
    /// One for a spawn, several for a decomposition, none where it is declined.
    package var steps: [Step]

    package init(specialist: Int, decision: Decision, decided: Decider, reason: String, steps: [Step] = []) {
        self.specialist = specialist
        self.decision = decision
        self.decided = decided
        self.reason = reason
        self.steps = steps
    }
}
