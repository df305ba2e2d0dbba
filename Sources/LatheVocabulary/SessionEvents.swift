package struct SessionOpened: Sendable, Hashable, Codable {
    package var session: String
    package var version: String
    package var model: String
    package var inputs: [DataInput]
    /// The confinement layers in force, and what is lost without the missing ones.
    package var sandbox: [String]
    /// Whether code ran without a sandbox, as the user asked for.
    package var isUnconfined: Bool { sandbox.first == "none" }
    /// Cells that were run again to rebuild the working memory of an earlier program run.
    package var rebuiltCells: Int
    /// The inputs as they were then; nil in journals from before it was recorded.
    package var data: [DataFingerprint]?
    /// What a kernel of the session may use; nil in journals from before it was recorded.
    package var limits: KernelLimits?
    /// Whether what its tasks come to is remembered for later sessions; nil in journals from before it was recorded, and then not.
    package var remembers: Bool?

    package init(
        session: String, version: String, model: String, inputs: [DataInput], sandbox: [String], rebuiltCells: Int = 0,
        limits: KernelLimits? = nil, data: [DataFingerprint]? = nil, remembers: Bool? = nil
    ) {
        self.data = data
        self.remembers = remembers
        self.session = session
        self.version = version
        self.model = model
        self.inputs = inputs
        self.sandbox = sandbox
        self.rebuiltCells = rebuiltCells
        self.limits = limits
    }
}

package struct TaskSubmitted: Sendable, Hashable, Codable {
    package var task: String
    /// What the task may use, and how many turns it may take, so that a later program run keeps to it; nil in a subtask, and in
    /// journals from before it was recorded.
    package var budget: BudgetLimits?
    package var maxTurns: Int?
    /// What it begins with; nil for a task that its model begins.
    package var form: TaskForm?
    /// Whether the user sees its plans first; nil where they do not.
    package var reviewsPlans: Bool?

    package init(
        task: String, budget: BudgetLimits? = nil, maxTurns: Int? = nil, form: TaskForm? = nil,
        reviewsPlans: Bool? = nil
    ) {
        (self.form, self.reviewsPlans) = (form, reviewsPlans)
        self.task = task
        self.budget = budget
        self.maxTurns = maxTurns
    }
}

/// Something the user should know that is nobody's result.
package struct Notice: Sendable, Hashable, Codable {
    package enum Level: String, Sendable, Codable { case info, warning }
    package var level: Level
    package var text: String

    package init(_ level: Level, _ text: String) {
        self.level = level
        self.text = text
    }
}

package struct Answered: Sendable, Hashable, Codable {
    package var value: JSONValue
    package init(value: JSONValue) { self.value = value }
}
