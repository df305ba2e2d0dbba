/// How a subtask ended, and what it returned: an agent's run, or a tool call or a question in the background.
package struct SubtaskOutcome: Sendable, Hashable, Codable {
    package var id: Int
    package var label: String
    package var place: Place
    package var status: OutcomeStatus
    /// The result, checked against `returns`; nil unless `complete`. Of a tool call what the tool returned, also where that says
    /// that it failed.
    package var value: JSONValue?
    /// Why it is not complete; empty otherwise.
    package var reason: String
    /// The code of the refusal or failure of a tool call or a question; nil for an agent's run.
    package var code: String?
    /// What there is in place of a result: a value that did not fit, or its model's last words; nil where there is nothing.
    package var partial: String?
    /// Whether the task needs it to be complete. Nil stands for true.
    package var isOptional: Bool?
    /// Whether it ended so by its agent's doing: not by a budget, an interrupt, a model that failed or a lost kernel. Nil stands
    /// for false.
    package var isAgentsFault: Bool?
    package var turns: Int
    package var usage: Usage
    package var cost: Cost
    package var seconds: Double

    package init(
        id: Int, label: String, place: Place, status: OutcomeStatus, value: JSONValue? = nil, reason: String = "",
        partial: String? = nil, turns: Int = 0, usage: Usage = Usage(), cost: Cost = .none, seconds: Double = 0
    ) {
        self.id = id
        self.label = label
        self.place = place
        self.status = status
        self.value = value
        self.reason = reason
        self.partial = partial
        self.turns = turns
        self.usage = usage
        self.cost = cost
        self.seconds = seconds
    }
}

/// How a task of the user ended: what the last lines on the screen and the exit code say.
package struct TaskOutcome: Sendable, Hashable, Codable {
    package var status: OutcomeStatus
    /// The answer as Markdown; empty where there is none. A partial one unless `complete`.
    package var answer: String
    /// The model's last words where there is no answer: not an answer, and nothing was checked. Nil where there are none.
    package var partial: String?
    /// Why it is not complete; empty otherwise.
    package var reason: String
    package var artifacts: [Artifact]
    package var saved: [SavedCapability]
    /// Capabilities that lost their place meanwhile, since they failed too often; nil where none did.
    package var demoted: [CapabilityDemoted]?
    /// Labels of the subtasks that completed, of a task that did not: their results are in the journal.
    package var completedSubtasks: [String]?
    /// Subtasks that did not complete.
    package var failedSubtasks: [SubtaskOutcome]
    /// Of the whole tree in this task.
    package var subtasks: Int
    package var turns: Int
    package var usage: Usage
    package var cost: Cost
    /// What it would have cost on the main model alone; nil where no other was used.
    package var onMain: Reckoned?
    package var seconds: Double
    package var isReplayed: Bool
    /// The command that goes on where it is not complete; nil where that is another task in the session.
    package var goesOnBy: String?

    package init(
        status: OutcomeStatus, answer: String = "", partial: String? = nil, reason: String = "",
        artifacts: [Artifact] = [],
        saved: [SavedCapability] = [], failedSubtasks: [SubtaskOutcome] = [], subtasks: Int = 0, turns: Int = 0,
        usage: Usage = Usage(), cost: Cost = .none, seconds: Double = 0, isReplayed: Bool = false
    ) {
        self.status = status
        self.answer = answer
        self.partial = partial
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
