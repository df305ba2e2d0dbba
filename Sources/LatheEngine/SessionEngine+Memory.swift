internal import LatheVocabulary

/// Taking up a saved working memory.
extension SessionEngine {
    /// Starts the session's kernel, with the best of the saved memories that can be used. Returns how many steps of the path
    /// are in it; 0 where all cells are to be run again.
    func recallMemory() async throws -> Int {
        for problem in plan.problems { try await notice(.warning, problem) }
        for save in plan.saves {
            guard let memory = services.memory else { break }
            if try await seat.recall(save, memory, of: past.own) { return save.path.count }
        }
        try await seat.open()
        return 0
    }
}
