internal import LatheVocabulary

/// Saves the working memory in the background: one save at a time, and a newer state takes the place of one that waits.
actor MemoryKeeper {
    /// A kernel that holds the memory and is of no other use any more, and of which cells it is made.
    struct State: Sendable {
        var kernel: any Kernel
        var path: [MemoryStep]
        var cell: Int
    }

    private let memory: SessionMemory
    private let limit: Int
    private let log: EventLog
    private var waiting: State?
    private var running: Task<Void, Never>?
    /// The cells of the newest save.
    private(set) var saved: [MemoryStep]?
    private var told: Set<String> = []

    init(memory: SessionMemory, limit: Int, log: EventLog) {
        self.memory = memory
        self.limit = limit
        self.log = log
    }

    var isBusy: Bool { running != nil }

    func offer(_ state: State) {
        waiting = state
        if running == nil { running = Task { await work() } }
    }

    /// Waits for the last save.
    func finish() async {
        while let running { await running.value }
    }

    private func work() async {
        while let state = waiting {
            waiting = nil
            await save(state)
        }
        running = nil
    }

    private func save(_ state: State) async {
        let began = ContinuousClock.now
        do {
            let writing = try memory.archive.begin(limit: limit)
            let draft = try await state.kernel.save(into: writing)
            let save = try writing.finish(
                draft.parts, index: draft.index, path: state.path, inputs: memory.inputs, content: draft.content)
            let seconds = began.duration(to: .now).seconds
            try await log.record(.memorySaved(MemorySaved(save, state.cell, seconds, draft)), at: .coordinator)
            saved = state.path
            try await tell(of: draft.content)
        } catch let error as KernelError {
            await tell(failure: error.reason)
        } catch let error as MemoryError {
            await tell(failure: error.reason)
        } catch {
            // The journal cannot be written: who works in the session is told by what it does next.
        }
    }

    /// Names what is not saved, each once.
    private func tell(of content: MemoryContent) async throws(JournalError) {
        let fresh = content.unsaved.filter { told.insert("\($0.name) \($0.cell)").inserted }
        guard !fresh.isEmpty else { return }
        let listed = fresh.prefix(8).map { "\($0.title): \($0.reason)" }.joined(separator: "; ")
        let more = fresh.count > 8 ? "; and \(fresh.count - 8) more" : ""
        let text =
            "Not saved with the working memory: \(listed)\(more). After a restart the cells that made them must run again."
        try await log.record(.notice(Notice(.info, text)), at: .coordinator)
    }

    private func tell(failure reason: String) async {
        guard told.insert(reason).inserted else { return }
        let text =
            "The working memory was not saved: \(reason) What was saved before is whole; cells after it run again."
        _ = try? await log.record(.notice(Notice(.warning, text)), at: .coordinator)
    }
}

extension MemorySaved {
    init(_ save: SavedMemory, _ cell: Int, _ seconds: Double, _ draft: MemoryDraft) {
        self.init(
            generation: save.generation, cell: cell, seconds: seconds, written: draft.written, kept: draft.kept,
            variables: save.content.variableCount, names: save.content.variables.prefix(100).map(\.name),
            unsaved: Array(save.content.unsaved.prefix(100)),
            unsavedOmitted: save.content.unsavedOmitted + max(save.content.unsaved.count - 100, 0))
    }
}
