internal import LatheVocabulary

/// Taking up what an earlier program run left.
extension KernelSeat {
    /// Runs the cells again of which the working memory is made, with the recorded answers to their host calls. What could not
    /// be rebuilt is told as a notice.
    func rebuildMemory(
        of past: PlacePast, after steps: Int = 0, _ progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws {
        let cells = past.rebuilt(after: steps)
        desk.replay(past.answers)
        for (index, (step, cell)) in cells.enumerated() {
            try Task.checkCancellation()
            progress(index, cells.count)
            let result = await rebuild(step, cell)
            guard result.status != .died else {
                try await warn("Cell \(cell.number) killed the kernel while the working memory was rebuilt.")
                _ = try await restart()
                break
            }
            if let failure = result.failure, failure.type == "NotReached" {
                try await warn(
                    "Cell \(cell.number) has run again to its end: \(failure.message). Check its variables.")
            }
        }
        desk.replay(nil)
        desk.answers.clear()
        for cell in desk.cellsWithoutData {
            try await warn(
                "Cell \(cell) took a data result of a subtask, which ended with the program run that made it: what the cell did from there on is not in the working memory. Delegate again and run it as a new cell."
            )
        }
    }

    /// Runs the cell once more that was under way when lathe ended, under its number, with the recorded answers to its calls.
    func runAgain(_ cell: Cell, with calls: RecordedCalls) async throws(JournalError) -> CellResult {
        try await beginAgain(cell, calls)
        let result = try await finish(cell)
        await desk.delegation.abandonRest(of: place)
        let untaken = desk.forgetCalls()
        if !untaken.isEmpty, result.status == .ok {
            let titles = untaken.prefix(5).map(\.title).joined(separator: "; ")
            try await warn(
                "Cell \(cell.number) went another way than the first time. What it had done then stands: \(titles).")
        }
        return result
    }

    /// Why there is no kernel any more, and what to do.
    func lastWords(_ reason: String) -> String {
        let why = death.isEmpty ? reason : death
        return
            "\(why) No other kernel can be started here. Everything so far is kept: lathe resume goes on with the task."
    }

    func warn(_ text: String) async throws(JournalError) {
        try await log.record(.notice(Notice(.warning, text)), at: place)
    }
}
