internal import LatheVocabulary

/// Taking up a saved working memory.
extension SessionEngine {
    /// Starts the session's kernel, with the best of the saved memories that can be used. Returns how many steps of the path
    /// are in it; 0 where all cells are to be run again.
    func recallMemory() async throws -> Int {
        for problem in plan.problems { try await notice(.warning, problem) }
        for save in plan.saves {
            guard let memory = services.memory else { break }
            do {
                if try await recall(save, memory) { return save.path.count }
            } catch let error as MemoryError {
                try await noticeUnused(save, error.reason)
            }
        }
        try await seat.open()
        return 0
    }

    private func recall(_ save: SavedMemory, _ memory: SessionMemory) async throws -> Bool {
        let cells = save.path.compactMap { past.own.cells[$0.cell] }
        let pure = cells.map(\.number).filter { !past.own.madeHostCalls($0) }
        let files = try memory.archive.open(save)
        let recalled = MemoryToRecall(save: save, files: files, cells: cells, pure: Set(pure))
        let inputs = memory.inputs.filter { input in
            save.inputs.contains { $0.name == input.name && $0.path == input.path }
        }
        switch try await seat.open(with: recalled, savedInputs: Set(inputs.map(\.name))) {
        case .failure(let refusal):
            try await noticeUnused(save, refusal.reason)
            return false
        case .success(let restored):
            try await services.log.record(.memoryRestored(restored), at: .coordinator)
            try await tellLost(restored)
            verification = Task { await self.verify(save, files, memory) }
            for input in inputs where !save.inputs.contains(where: { $0 == memory.archive.input(input) }) {
                try await tellBoth(
                    "The file of the input '\(input.name)' has changed since the working memory was saved; the variable is as it was. Load \(input.path) anew where that matters."
                )
            }
            return true
        }
    }

    /// Tells of large data that changed on disk since it was saved. Found out beside the work, since it takes as long as reading all.
    private func verify(_ save: SavedMemory, _ files: [SliceReference], _ memory: SessionMemory) async {
        for problem in await memory.archive.verify(save, files) {
            // Where the journal cannot be written, the next event of the work says so.
            try? await tellBoth(
                "Data of the working memory has changed on disk since it was saved: \(problem) What was made of it now may be wrong. To have the cells make it anew, remove that file and open the session again."
            )
        }
    }

    /// Waits until what was taken up has been looked at, unless the user wants to leave.
    func settleVerification() async {
        let verification = verification
        if Task.isCancelled { verification?.cancel() }
        await withTaskCancellationHandler {
            await verification?.value
        } onCancel: {
            verification?.cancel()
        }
    }

    private func noticeUnused(_ save: SavedMemory, _ reason: String) async throws(JournalError) {
        let cell = save.path.last?.cell ?? 0
        try await notice(
            .warning,
            "The working memory saved after cell \(cell) is not used: \(reason.hasSuffix(".") ? reason : reason + ".") The cells are run again."
        )
    }

    private func tellLost(_ restored: MemoryRestored) async throws {
        guard !restored.lost.isEmpty else { return }
        let listed = restored.lost.prefix(8).map { "\($0.title): \($0.reason)" }.joined(separator: "; ")
        let more = restored.lost.count > 8 ? "; and \(restored.lost.count - 8) more" : ""
        try await tellBoth("Not in the working memory any more: \(listed)\(more). Run what made them as a new cell.")
    }

    /// Tells the user, and the model in its state.
    private func tellBoth(_ text: String) async throws {
        try await notice(.warning, text)
        await seat.note(problem: text)
    }
}
