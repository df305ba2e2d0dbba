internal import LatheVocabulary

/// Taking up what an earlier program run left.
extension KernelSeat {
    /// Runs the cells again of which the working memory is made, with the recorded answers to their host calls. What could not
    /// be rebuilt is told as a notice.
    func rebuildMemory(
        of past: PlacePast, after steps: Int = 0, _ progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws {
        guard let deadly = try await runAgain(past.rebuilt(after: steps), past, progress) else { return }
        try await warn("Cell \(deadly) killed the kernel while the working memory was rebuilt.")
        leftOut.insert(deadly)
        _ = try await restart()
    }

    /// Runs cells again in the kernel as it is, with the recorded answers to their host calls. What came out otherwise is told.
    /// Returns the cell that killed the kernel, if one did.
    func runAgain(
        _ cells: [(step: MemoryPath.Step, cell: Cell)], _ past: PlacePast,
        _ progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Int? {
        desk.replay(past.answers)
        defer {
            desk.replay(nil)
            desk.answers.clear()
        }
        var withoutData: [Int] = []
        for (index, (step, cell)) in cells.enumerated() {
            try Task.checkCancellation()
            progress(index, cells.count)
            let result = await rebuild(step, cell)
            if result.status == .died { return cell.number }
            try Task.checkCancellation()
            let gone = desk.takeCellsWithoutData()
            withoutData += gone
            if gone.isEmpty { try await compare(result, step, past.statuses[cell.number]) }
        }
        for cell in withoutData {
            try await warnBoth(
                "Cell \(cell) took a data result of a subtask, which went with the kernel that took it: what the cell did from there on is not in the working memory. Delegate again and run it as a new cell."
            )
        }
        return nil
    }

    /// Tells where a cell that was run again did not come to what it had come to.
    private func compare(
        _ result: CellResult, _ step: MemoryPath.Step, _ first: CellStatus?
    ) async throws(JournalError) {
        if let failure = result.failure, failure.type == "NotReached" {
            return try await warn(
                "Cell \(result.number) has run again to its end: \(failure.message). Check its variables.")
        }
        guard step.until == nil, let first, first != result.status else { return }
        let how = result.failure.map { ": \($0.type): \($0.message.singleLine(upTo: 200))" } ?? ""
        try await warnBoth(
            "Cell \(result.number) was run again and ended otherwise than the first time (\(result.status.rawValue), not \(first.rawValue))\(how). Check its variables."
        )
    }

    /// Runs the cell once more that was under way when lathe ended, under its number, with the recorded answers to its calls.
    func runAgain(_ cell: Cell, with calls: RecordedCalls) async throws(JournalError) -> CellResult {
        try await beginAgain(cell, calls)
        let result = try await finish(cell)
        try await abandonSubtasks()
        let untaken = desk.forgetCalls()
        if !untaken.isEmpty, result.status == .ok {
            let titles = untaken.prefix(5).map(\.title).joined(separator: "; ")
            try await warn(
                "Cell \(cell.number) went another way than the first time. What it had done then stands: \(titles).")
        }
        return result
    }

    /// Ends the subtasks of an earlier program run that no cell has handed their slices again, and tells user and model.
    func abandonSubtasks() async throws(JournalError) {
        let labels = await desk.delegation.abandonRest(of: place)
        guard !labels.isEmpty else { return }
        let listed = labels.prefix(8).map { $0.singleLine(upTo: 60) }.joined(separator: ", ")
        let more = labels.count > 8 ? " and \(labels.count - 8) more" : ""
        let (subtasks, were, them) =
            labels.count == 1 ? ("subtask", "was", "it") : ("subtasks", "were", "them")
        try await warnBoth(
            "The \(subtasks) \(listed)\(more) \(were) under way when lathe ended and cannot go on, since no cell that ran again has delegated \(them) again; cancelled. Delegate anew what is needed."
        )
    }

    /// Goes on with what was in the background when lathe ended, and tells user and model of calls whose outcome is unknown.
    func takeUpCalls() async throws(JournalError) {
        let unknown = await desk.delegation.takeUpCalls(of: desk)
        guard !unknown.isEmpty else { return }
        let listed = unknown.prefix(8).map { $0.singleLine(upTo: 80) }.joined(separator: ", ")
        let more = unknown.count > 8 ? " and \(unknown.count - 8) more" : ""
        try await warnBoth(
            "Sent when lathe ended, so that nobody knows whether it was done, and not repeated: \(listed)\(more). Look before calling again."
        )
    }

    /// Why there is no kernel any more, and what to do.
    func lastWords(_ reason: String) -> String {
        let why = death.isEmpty ? reason : death
        return
            "\(why) No other kernel can be started here. Everything so far is kept: lathe resume goes on with the task."
    }

    /// Tells the user, and the model in its state.
    func warnBoth(_ text: String) async throws(JournalError) {
        try await warn(text)
        note(problem: text)
    }

    func warn(_ text: String) async throws(JournalError) {
        try await log.record(.notice(Notice(.warning, text)), at: place)
    }
}
