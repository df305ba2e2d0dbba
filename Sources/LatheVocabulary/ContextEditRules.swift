/// How far a subtask may change its own context.
package struct ContextEditRules: Sendable, Hashable {
    /// Edits that one subtask may make; 0 for none.
    package var edits = 3
    /// Estimated tokens that the editable part may have.
    package var tokens = 1_000
    /// Turns after an edit that are compared with as many before it.
    package var watch = 3
    /// Edits beyond the last one that are asked for before the subtask is stopped.
    package var beyond = 3

    package init() {}
}
