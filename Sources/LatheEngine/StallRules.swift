/// When turns that bring nothing new are told so, planned anew, and ended. docs/ledgers.md states them.
package struct StallRules: Sendable, Hashable {
    /// Turns without progress; 0 for never.
    package var turns = 5
    /// Cells in a row that fail with the same error, without progress between.
    package var errors = 3
    /// How often a task is planned anew before it ends; a subtask never is, since its parent can replace it.
    package var replans = 2

    package init() {}

    /// Turns without progress after one step until the next.
    package var further: Int { max(((turns > 0 ? turns : StallRules().turns) + 1) / 2, 2) }
}
