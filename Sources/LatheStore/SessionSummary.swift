package import LatheVocabulary

/// What a list of sessions says of one.
package struct SessionSummary: Sendable, Hashable {
    package var name: String
    /// Absolute path of its folder.
    package var path: String
    /// Seconds since 1970-01-01 UTC; 0 where the journal cannot be read.
    package var created: Double = 0
    /// The time of the newest event.
    package var lastActive: Double = 0
    /// Empty where no task was submitted yet.
    package var firstTask: String = ""
    /// Of the last task: `.running` only while a lathe has the session open, `.incomplete` where one ended in the middle;
    /// nil without a task.
    package var lastStatus: OutcomeStatus?
    /// Whether the last task has no end and no lathe has the session open: `lathe resume` goes on with it.
    package var isUnfinished = false
    package var tasks: Int = 0
    /// Replies of models, recorded ones included, of the coordinator and all subtasks.
    package var turns: Int = 0
    /// Without replayed turns.
    package var usage = Usage()
    package var cost = Cost.none
    package var cells: Int = 0
    package var subtasks: Int = 0
    package var artifacts: Int = 0
    package var bytesOnDisk: Int = 0
    /// The process that has the session open; nil for none, 0 for an unknown one.
    package var holder: Int32?
    /// Why the journal cannot be read; nil for a sound one.
    package var problem: StoreError?

    package init(name: String, path: String) {
        self.name = name
        self.path = path
    }
}
