internal import LatheVocabulary

/// A kernel that begins with a saved working memory.
extension KernelSeat {
    /// Starts the kernel with a save; false where it cannot be used, which is told.
    func recall(_ save: SavedMemory, _ memory: SessionMemory, of past: PlacePast) async throws -> Bool {
        do {
            return try await takeUp(save, memory, of: past)
        } catch let error as MemoryError {
            try await warnUnused(save, error.reason)
            return false
        }
    }

    private func takeUp(_ save: SavedMemory, _ memory: SessionMemory, of past: PlacePast) async throws -> Bool {
        let cells = save.path.compactMap { past.cells[$0.cell] }
        let pure = cells.map(\.number).filter { !past.madeHostCalls($0) }
        let files = try memory.archive.open(save)
        let recalled = MemoryToRecall(save: save, files: files, cells: cells, pure: Set(pure))
        let inputs = memory.inputs.filter { input in
            save.inputs.contains { $0.name == input.name && $0.path == input.path }
        }
        switch try await open(with: recalled, savedInputs: Set(inputs.map(\.name))) {
        case .failure(let refusal):
            try await warnUnused(save, refusal.reason)
            return false
        case .success(let restored):
            try await log.record(.memoryRestored(restored), at: place)
            try await tellLost(restored)
            verification = Task { [before = verification] in
                _ = await before?.value
                return await self.verify(save, files, memory)
            }
            for input in inputs where !save.inputs.contains(where: { $0 == memory.archive.input(input) }) {
                try await warnBoth(
                    "The file of the input '\(input.name)' has changed since the working memory was saved; the variable is as it was. Load \(input.path) anew where that matters."
                )
            }
            return true
        }
    }

    /// Tells of large data that changed on disk since it was saved. Found out beside the work, since it takes as long as reading all.
    ///
    /// True where it is known that nothing did.
    private func verify(_ save: SavedMemory, _ files: [SliceReference], _ memory: SessionMemory) async -> Bool {
        let problems = await memory.archive.verify(save, files)
        for problem in problems {
            // Where the journal cannot be written, the next event of the work says so.
            try? await warnBoth(
                "Data of the working memory has changed on disk since it was saved: \(problem) What was made of it now may be wrong, so it is not saved. Open the session again to have the cells make it anew."
            )
        }
        return problems.isEmpty && !Task.isCancelled
    }

    /// Waits until what was taken up has been looked at, unless the user wants to leave.
    func settleVerification() async {
        let verification = verification
        if Task.isCancelled { verification?.cancel() }
        await withTaskCancellationHandler {
            _ = await verification?.value
        } onCancel: {
            verification?.cancel()
        }
    }

    private func warnUnused(_ save: SavedMemory, _ reason: String) async throws(JournalError) {
        let cell = save.path.last?.cell ?? 0
        let why = reason.hasSuffix(".") ? reason : reason + "."
        try await warn("The working memory saved after cell \(cell) is not used: \(why) The cells are run again.")
    }

    private func tellLost(_ restored: MemoryRestored) async throws(JournalError) {
        guard !restored.lost.isEmpty else { return }
        let listed = restored.lost.prefix(8).map { "\($0.title): \($0.reason)" }.joined(separator: "; ")
        let more = restored.lost.count > 8 ? "; and \(restored.lost.count - 8) more" : ""
        try await warnBoth("Not in the working memory any more: \(listed)\(more). Run what made them as a new cell.")
    }
}
