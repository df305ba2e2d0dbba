/// When one agent may hand its work to another without asking the user, and when it is told to.
package struct HandoffRules: Sendable, Hashable {
    /// Which handoffs the user is asked about.
    package enum Approval: String, Sendable, Hashable, Codable, CaseIterable {
        case never
        /// Those that can change something outside of the session, or take most of what is left of the budget.
        case risky
        case always

        /// The stricter of both.
        package func tightened(by other: Approval) -> Approval {
            let order = Approval.allCases
            let places = [self, other].compactMap(order.firstIndex)
            return places.max().map { order[$0] } ?? self
        }
    }

    package var approve = Approval.risky
    /// A handoff that may use a larger part of what is left of the budget than this is risky.
    package var share = 0.5
    /// Cells that fail in a row before the coordinator is told to hand over; nil for never.
    package var afterErrors: Int?
    /// The agent that it is told to hand over to; nil leaves that to it.
    package var to: String?

    package init() {}
}
