/// One step of a plan: a task for an agent, and the steps whose results it needs.
package struct PlanStep: Sendable, Hashable, Codable {
    package enum Complexity: String, Sendable, Hashable, Codable, CaseIterable { case low, medium, high }

    /// What it is expected to use, least and most.
    package struct Reckoning: Sendable, Hashable, Codable {
        package var calls: ClosedRange<Int>
        package var tokens: ClosedRange<Int>

        package init(calls: ClosedRange<Int>, tokens: ClosedRange<Int>) {
            self.calls = calls
            self.tokens = tokens
        }
    }

    package var name: String
    /// The beginning of its task; the whole is in the host call.
    package var task: String
    /// Nil where the agent is chosen when the step begins.
    package var agent: String?
    package var needs: [String]
    package var required: Bool
    package var complexity: Complexity?
    package var reckoned: Reckoning
    /// Who takes it over where its agent fails.
    package var fallback: String?
    /// The role of the model that does it; nil for the session's own.
    package var model: String?
    /// The step that asked for it while the plan ran.
    package var by: String?
    /// The steps that it may write to while they run.
    package var talk: [String]

    package init(
        name: String, task: String, agent: String?, needs: [String] = [], required: Bool = true,
        complexity: Complexity? = nil, reckoned: Reckoning, fallback: String? = nil, model: String? = nil,
        by: String? = nil, talk: [String] = []
    ) {
        self.name = name
        self.task = task
        self.agent = agent
        self.needs = needs
        self.required = required
        self.complexity = complexity
        self.reckoned = reckoned
        self.fallback = fallback
        self.model = model
        self.by = by
        self.talk = talk
    }
}
