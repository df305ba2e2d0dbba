/// What the user wants to have a say in about plans.
package struct PlanRules: Sendable, Hashable {
    /// Whether the user sees each plan before anything of it begins.
    package var review = false

    package init() {}
}
