/// What the user wants to have a say in about plans, and which models do steps of theirs.
package struct PlanRules: Sendable, Hashable {
    /// Whether the user sees each plan before anything of it begins.
    package var review = false
    /// The roles of the models for steps of a complexity, where neither the step nor its agent names one.
    package var models: [PlanStep.Complexity: String] = [:]

    package init() {}
}
