internal import LatheVocabulary

/// Saves the working memory in the background: one save at a time, and a newer state takes the place of one that waits.
///
/// A save begins once no newer state has come for a moment, as while a model is asked, and at the latest some time after the
/// first that waits: turns that take milliseconds are not held up by a save each. What takes long to run again is saved at once.
actor MemoryKeeper {
    /// A kernel that holds the memory, and of which cells it is made.
    struct State: Sendable {
        var kernel: any Kernel
        var path: [MemoryStep]
        var cell: Int
        /// How long its cells took since the state that was offered before.
        var seconds = 0.0
        /// What the memory was taken up from, once it was looked at: what is made of damaged data is not saved.
        var isSound: Task<Bool, Never>?
        /// Whether the kernel itself may write the save, after which it is of no more use; else a copy of it does.
        var isLast = false
    }

    /// Cells that took so many seconds together are saved without a wait.
    static let dear = 1.0

    private let memory: SessionMemory
    private let limit: Int
    private let log: EventLog
    /// How long no newer state may have come before a save, and how long the first may wait all the same.
    private let (quiet, longest): (Duration, Duration)
    private var waiting: State?
    /// When the first and the newest state came of those that were not saved yet.
    private var (first, newest) = (ContinuousClock.now, ContinuousClock.now)
    private var waitingSeconds = 0.0
    private var pause: Task<Void, any Error>?
    private var isHurried = false
    private var running: Task<Void, Never>?
    /// The cells of the newest save.
    private(set) var saved: [MemoryStep]?
    /// The cells of a state whose kernel was gone before it could be saved.
    private var lost: [MemoryStep]?
    private var told: Set<String> = []

    init(
        memory: SessionMemory, limit: Int, log: EventLog, quiet: Duration = .milliseconds(100),
        longest: Duration = .seconds(2)
    ) {
        (self.quiet, self.longest) = (quiet, longest)
        self.memory = memory
        self.limit = limit
        self.log = log
    }

    var isBusy: Bool { running != nil }

    func offer(_ state: State) {
        newest = .now
        if waiting == nil { first = newest }
        waiting = state
        waitingSeconds += state.seconds
        if waitingSeconds >= Self.dear { pause?.cancel() }
        if running == nil { running = Task { await work() } }
    }

    /// Whether the memory of these cells is neither saved nor being saved, though it was offered.
    func lacks(_ path: [MemoryStep]) -> Bool { waiting?.path == path || lost == path }

    /// Saves what waits at once, and waits for it.
    func finish() async {
        isHurried = true
        defer { isHurried = false }
        while let running {
            pause?.cancel()
            await running.value
        }
    }

    private func work() async {
        while waiting != nil {
            await waitForQuiet()
            guard let state = waiting else { break }
            (waiting, waitingSeconds) = (nil, 0)
            await save(state)
        }
        running = nil
    }

    private func waitForQuiet() async {
        while !isHurried, waitingSeconds < Self.dear {
            let left = min(newest + quiet, first + longest) - .now
            guard left > .zero else { return }
            let pause = Task { try await Task.sleep(for: left) }
            self.pause = pause
            _ = await pause.result
            self.pause = nil
        }
    }

    /// The kernel that writes a save: a copy, where the one that was offered may be gone back to.
    private func writer(of state: State) async throws(KernelError) -> any Kernel {
        guard !state.isLast else { return state.kernel }
        do throws(KernelError) {
            guard case .made(let copy) = try await state.kernel.copy(hostCall: nil) else {
                throw KernelError(.saveFailed, "The copy that was kept of it cannot be copied.")
            }
            return copy
        } catch {
            lost = state.path
            throw error
        }
    }

    private func save(_ state: State) async {
        // Who finds damage tells of it.
        if let isSound = state.isSound, await !isSound.value { return }
        let began = ContinuousClock.now
        do {
            let kernel = try await writer(of: state)
            let writing = try memory.archive.begin(limit: limit)
            let draft = try await kernel.save(into: writing)
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
