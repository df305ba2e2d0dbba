/// A task that had not finished when lathe ended is gone on with: what was decided about what had been under way.
package struct TaskResumed: Sendable, Hashable, Codable {
    package var task: String
    /// The cell that was under way; it runs again under its number. Nil where none was.
    package var cell: Int?
    /// How many of that cell's calls had an answer, which is given again instead of acting.
    package var recordedCalls: Int
    /// Calls whose outcome is unknown and that the user agreed to repeat, as the user was shown them.
    package var repeated: [String]
    /// Requests to models without a reply, which are sent again: as `place turn N`.
    package var resent: [String]
    /// What was set aside for those requests, by item: it counts as spent, since nobody knows.
    package var possiblySpent: [String: Int]?
    /// Subtasks whose recorded outcomes are used, and those that go on from their own turns.
    package var finishedSubtasks: Int
    package var openSubtasks: Int

    package init(
        task: String, cell: Int? = nil, recordedCalls: Int = 0, repeated: [String] = [], resent: [String] = [],
        possiblySpent: [String: Int]? = nil, finishedSubtasks: Int = 0, openSubtasks: Int = 0
    ) {
        self.task = task
        self.cell = cell
        self.recordedCalls = recordedCalls
        self.repeated = repeated
        self.resent = resent
        self.possiblySpent = possiblySpent
        self.finishedSubtasks = finishedSubtasks
        self.openSubtasks = openSubtasks
    }
}

extension TaskResumed {
    /// What is done about what had been under way, a sentence each.
    package var sentences: [String] {
        var said: [String] = []
        if let cell {
            let known =
                switch recordedCalls {
                case 0: ""
                case 1: ", with the recorded answer to 1 call"
                default: ", with the recorded answers to \(recordedCalls) calls"
                }
            said.append("Cell \(cell) was under way and runs again\(known).")
        }
        said += repeated.map { "Repeated, though it may have happened: \($0)." }
        if !resent.isEmpty {
            let which = resent.prefix(8).joined(separator: ", ") + (resent.count > 8 ? ", …" : "")
            said.append(
                "\(resent.count == 1 ? "A request" : "\(resent.count) requests") without a reply, which may be paid a second time: \(which)."
            )
        }
        let parts = [(finishedSubtasks, "finished"), (openSubtasks, "to go on")].filter { $0.0 > 0 }
        if !parts.isEmpty {
            said.append("Subtasks: \(parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")).")
        }
        return said
    }
}
