/// The session's kernel hands a part of its task to another agent, which has yet to accept it.
package struct HandoffInitiated: Sendable, Hashable, Codable {
    /// 1, 2, 3 … in the session.
    package var handoff: Int
    package var cell: Int
    package var agent: String
    package var goal: String
    package var questions: [String]
    /// What the giver says was done and found so far.
    package var soFar: String
    /// Seconds in which the receiver has to accept.
    package var within: Double
    /// Why it was allowed.
    package var ground: Ground

    package enum Ground: String, Sendable, Hashable, Codable, CaseIterable {
        /// A rule: of lathe.json, or that what is not risky needs nobody.
        case rule
        /// The user, for this handoff.
        case user
    }

    package init(
        handoff: Int, cell: Int, agent: String, goal: String, questions: [String] = [], soFar: String = "",
        within: Double, ground: Ground
    ) {
        self.handoff = handoff
        self.cell = cell
        self.agent = agent
        self.goal = goal
        self.questions = questions
        self.soFar = soFar
        self.within = within
        self.ground = ground
    }
}

/// The receiver took a handoff over.
package struct HandoffAccepted: Sendable, Hashable, Codable {
    package var handoff: Int
    package init(handoff: Int) { self.handoff = handoff }
}

/// The receiver would not take a handoff over.
package struct HandoffDeclined: Sendable, Hashable, Codable {
    package var handoff: Int
    package var reason: String

    package init(handoff: Int, reason: String) {
        self.handoff = handoff
        self.reason = reason
    }
}

/// The receiver's result is the giver's.
package struct HandoffCompleted: Sendable, Hashable, Codable {
    package var handoff: Int
    /// The number of the receiver's subtask.
    package var subtask: Int

    package init(handoff: Int, subtask: Int) {
        self.handoff = handoff
        self.subtask = subtask
    }
}

/// A handoff came to nothing: the giver's memory goes back to the checkpoint before it, and the giver goes on.
package struct HandoffRolledBack: Sendable, Hashable, Codable {
    package enum Cause: String, Sendable, Hashable, Codable, CaseIterable {
        case declined
        /// It did not accept in time.
        case expired
        /// It answered or ended without having accepted.
        case unaccepted
        /// It accepted, and ended without a result.
        case failed
    }

    package var handoff: Int
    package var cause: Cause
    package var reason: String
    package var checkpoint: Int
    /// Nil where the receiver never began.
    package var subtask: Int?

    package init(handoff: Int, cause: Cause, reason: String, checkpoint: Int, subtask: Int? = nil) {
        self.handoff = handoff
        self.cause = cause
        self.reason = reason
        self.checkpoint = checkpoint
        self.subtask = subtask
    }
}
