/// `lathe subtasks …`.
package struct SubtasksCommand: Sendable, Hashable {
    /// Nil for the session that was used last.
    package var session: String?
    /// The number of the one that is shown; nil for a list of all.
    package var subtask: Int?
    package var options: ListingOptions
}
