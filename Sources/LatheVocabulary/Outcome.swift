/// What became of a task or a subtask. `complete` is said only of what is.
package enum OutcomeStatus: String, Sendable, Hashable, Codable, CaseIterable {
    case complete
    /// It ended without its whole result: turns used up, a subtask failed that was needed.
    case incomplete
    case failed
    case cancelled
    case notRun = "not_run"
    case running
}

/// How a subtask ended, and what it returned.
package struct SubtaskOutcome: Sendable, Hashable, Codable {
    package var id: Int
    package var label: String
    package var place: Place
    package var status: OutcomeStatus
    /// The result, checked against `returns`; nil unless `complete`.
    package var value: JSONValue?
    /// Why it is not complete; empty otherwise.
    package var reason: String
    package var turns: Int
    package var usage: Usage
    package var cost: Cost
    package var seconds: Double

    package init(
        id: Int, label: String, place: Place, status: OutcomeStatus, value: JSONValue? = nil, reason: String = "",
        turns: Int = 0, usage: Usage = Usage(), cost: Cost = .none, seconds: Double = 0
    ) {
        self.id = id
        self.label = label
        self.place = place
        self.status = status
        self.value = value
        self.reason = reason
        self.turns = turns
        self.usage = usage
        self.cost = cost
        self.seconds = seconds
    }
}

/// How a task of the user ended: what the last lines on the screen and the exit code say.
package struct TaskOutcome: Sendable, Hashable, Codable {
    package var status: OutcomeStatus
    /// The answer as Markdown; empty where there is none.
    package var answer: String
    /// Why it is not complete; empty otherwise.
    package var reason: String
    package var artifacts: [Artifact]
    package var saved: [SavedCapability]
    /// Subtasks that did not complete.
    package var failedSubtasks: [SubtaskOutcome]
    /// Of the whole tree in this task.
    package var subtasks: Int
    package var turns: Int
    package var usage: Usage
    package var cost: Cost
    package var seconds: Double
    package var isReplayed: Bool

    package init(
        status: OutcomeStatus, answer: String = "", reason: String = "", artifacts: [Artifact] = [],
        saved: [SavedCapability] = [], failedSubtasks: [SubtaskOutcome] = [], subtasks: Int = 0, turns: Int = 0,
        usage: Usage = Usage(), cost: Cost = .none, seconds: Double = 0, isReplayed: Bool = false
    ) {
        self.status = status
        self.answer = answer
        self.reason = reason
        self.artifacts = artifacts
        self.saved = saved
        self.failedSubtasks = failedSubtasks
        self.subtasks = subtasks
        self.turns = turns
        self.usage = usage
        self.cost = cost
        self.seconds = seconds
        self.isReplayed = isReplayed
    }
}
