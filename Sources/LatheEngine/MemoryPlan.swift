internal import LatheVocabulary

/// What of a session's working memory is taken up from disk, and what is made again by running cells.
struct MemoryPlan: Sendable {
    /// Saves whose cells are the first of those that the memory is made of, the one with most of them first.
    ///
    /// A save with a cell that was undone since is none of them.
    let saves: [SavedMemory]
    /// What is wrong with others, a sentence each.
    let problems: [String]

    init(_ past: SessionPast, _ memory: SessionMemory?) { self.init(past.path.steps, memory) }

    /// What there is for a memory of these steps.
    init(_ steps: [MemoryStep], _ memory: SessionMemory?) {
        let (all, problems) = memory?.archive.saves() ?? ([], [])
        self.problems = problems
        saves = all.filter { $0.path.count <= steps.count && $0.path == Array(steps.prefix($0.path.count)) }
            .sorted { ($0.path.count, $0.generation) > ($1.path.count, $1.generation) }
    }
}
