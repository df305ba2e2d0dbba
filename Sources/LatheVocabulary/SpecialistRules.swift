/// Who decides on a subtask's wish for a specialist, and how many may be asked for.
package struct SpecialistRules: Sendable, Hashable {
    package enum Decision: String, Sendable, Hashable, Codable, CaseIterable {
        /// The coordinator's model.
        case model
        /// The coordinator's model, and the user where it would grant the wish.
        case ask
        /// Nobody gets one.
        case deny

        /// The stricter of both.
        package func tightened(by other: Decision) -> Decision {
            let order = Decision.allCases
            let places = [self, other].compactMap(order.firstIndex)
            return places.max().map { order[$0] } ?? self
        }
    }

    package var decide = Decision.model
    /// Wishes of one task, of all its subtasks together.
    package var perTask = 6

    package init() {}
}
