internal import LatheVocabulary

/// The kernel of one place: runs its cells, journals them, and replaces the kernel when it died.
actor KernelSeat {
    let place: Place
    let log: EventLog
    private let placement: any KernelPlacement
    private let start: KernelStart
    /// Where the memory was and is saved; nil for a subtask's.
    let memory: SessionMemory?
    /// Nil where the memory is not saved.
    let keeper: MemoryKeeper?
    /// The cells of the memory as it was last handed to be saved, or taken up.
    var offered: [MemoryStep]?
    /// How long the cells took that were run since.
    var unsavedSeconds = 0.0
    /// The copy of the memory as it is that is being made.
    var copying: Task<Void, Never>?
    /// Looks at what was taken up from disk, beside the work; true where it is what was saved.
    var verification: Task<Bool, Never>?
    let desk: HostDesk
    /// Nil where this kernel has no checkpoints.
    let checkpointLimits: CheckpointLimits?
    private(set) var kernel: (any Kernel)?
    private let restarts: Int
    var restartsLeft: Int
    var isDead = false
    /// Cells that were run again when the kernel was last replaced, and those that are not run again, since that killed it.
    var (ranAgain, leftOut) = (Set<Int>(), Set<Int>())
    /// Why the last kernel died, in a sentence.
    private(set) var death = ""
    private(set) var variables = VariableListing()
    private(set) var problems: [String] = []
    private(set) var lastCell: Int
    private(set) var path: MemoryPath
    /// Oldest first.
    var kept: [Checkpoint] = []
    var pendingRollback: Int?
    /// The rollback that the last cell asked for.
    var lastRollback: RolledBack?
    /// The copy at which a cell that is run again is to be left.
    private var rebuildCopy: (any Kernel)?
    /// The subtasks that the kernel knows of from the checkpoint it was made of, and the number from which on all are its own.
    var (inheritedSubtasks, ownSubtasksBegin) = (RangeSet<Int>(), 0)
    var trimming: Task<Void, Never>?
    /// What the kernel held when it was last looked at, in bytes.
    var heldBytes = 0
    /// Why cells cannot be undone: all reasons that were told, and the newest.
    var told: Set<String> = []
    var untold = ""

    init(
        place: Place, log: EventLog, placement: any KernelPlacement, start: KernelStart, desk: HostDesk,
        restarts: Int, lastCell: Int = 0, path: MemoryPath = MemoryPath(), checkpoints: CheckpointLimits? = nil,
        memory: SessionMemory? = nil
    ) {
        self.memory = memory
        keeper = memory.flatMap { memory in
            memory.limit.map { MemoryKeeper(memory: memory, limit: $0, log: log) }
        }
        self.place = place
        self.log = log
        self.placement = placement
        self.start = start
        self.desk = desk
        self.restarts = restarts
        restartsLeft = restarts
        self.lastCell = lastCell
        self.path = path
        checkpointLimits = checkpoints
    }

    /// Forks the kernel if there is none yet.
    func open(savedInputs: Set<String> = []) async throws(KernelError) {
        guard kernel == nil else { return }
        let desk = desk
        desk.attach(self)
        var start = start
        start.savedInputs = savedInputs
        let started = try await placement.startKernel(start) { call in await desk.answer(call) }
        kernel = started.kernel
        variables = started.variables
        problems = started.problems
        isDead = false
    }

    /// Ends a kernel that was started in vain.
    func discardKernel() async {
        await kernel?.stop()
        kernel = nil
        variables = VariableListing()
    }

    /// Takes note of what a memory that was taken up holds.
    func take(_ variables: VariableListing, _ problems: [String] = []) {
        self.variables = variables
        self.problems += problems
    }

    /// Lets the model know of something in the state block.
    func note(problem: String) { problems.append(problem) }

    /// Makes ready for a new task: a kernel that died since the last one is replaced.
    func beginTask() async throws(KernelError) -> KernelReplaced? {
        restartsLeft = restarts
        return try await revive()
    }

    /// Writes an event of this place down, for the memory's path too.
    func record(_ body: EventBody) async throws(JournalError) {
        try await log.record(body, at: place)
        path.apply(body)
    }

    /// Runs a cell. It is in the journal before it runs, and its result before anyone sees it.
    ///
    /// Cancelling the task interrupts the cell; the result says so.
    func run(_ code: String, author: Cell.Author) async throws(JournalError) -> CellResult {
        try await keepBeforeCell()
        lastRollback = nil
        let cell = Cell(number: lastCell + 1, code: code, author: author)
        lastCell = cell.number
        desk.begin(cell: cell.number)
        return try await finish(cell)
    }

    /// Makes ready for a cell that was under way when lathe ended.
    func beginAgain(_ cell: Cell, _ calls: RecordedCalls) async throws(JournalError) {
        lastCell = cell.number - 1
        try await keepBeforeCell()
        lastRollback = nil
        lastCell = cell.number
        desk.begin(cell: cell.number)
        desk.remember(calls)
    }

    /// Runs a cell that everything is ready for.
    func finish(_ cell: Cell) async throws(JournalError) -> CellResult {
        try await record(.cellStarted(cell))
        var result = await perform(cell)
        unsavedSeconds += result.seconds
        let said = desk.credible(result.used)
        result.used = said.uses
        try await record(.cellFinished(result))
        try await settle(result)
        if said.strange > 0 { try await warn(Self.strange(said.strange, in: cell)) }
        if result.used != nil { try await desk.services.uses.carry() }
        return result
    }

    /// Takes note of an event that another recorded.
    func note(_ body: EventBody) { path.apply(body) }

    /// Runs an earlier cell once more to rebuild the working memory, as far as it counts; nothing is journaled.
    ///
    /// Ends with the failure `NotReached` where the cell was left at a checkpoint and did not come to it again.
    func rebuild(_ step: MemoryPath.Step, _ cell: Cell) async -> CellResult {
        var cell = cell
        cell.purpose = .rebuild
        lastCell = max(lastCell, cell.number)
        desk.begin(cell: cell.number, leavingAt: step.until)
        var result = await perform(cell)
        guard step.until != nil, result.status != .died else { return result }
        guard let copy = rebuildCopy else {
            result.failure = CellResult.Failure(
                type: "NotReached", message: "it did not come to the checkpoint again at which it was left",
                traceback: "")
            return result
        }
        rebuildCopy = nil
        await replaceKernel(with: copy, variables: await copy.inspect() ?? variables)
        guard let code = step.then else { return result }
        return await perform(Cell(number: cell.number, code: code, purpose: .rebuild))
    }

    /// Keeps the state at the call at which a cell that is run again is to be left.
    func copyForRebuild() async {
        guard let kernel else { return }
        rebuildCopy = try? await copied(kernel)
    }

    /// Puts another kernel in the place of this one, which is ended without its exit handlers: what they would clean up
    /// belongs to the other as well.
    func replaceKernel(with other: any Kernel, variables: VariableListing) async {
        kernel = other
        isDead = false
        self.variables = variables
    }

    private func perform(_ cell: Cell) async -> CellResult {
        guard let kernel else {
            let failure = CellResult.Failure(type: "KernelDied", message: "there is no kernel", traceback: "")
            return CellResult(number: cell.number, status: .died, seconds: 0, failure: failure)
        }
        let (place, log) = (place, log)
        let result = await kernel.run(cell) { output in
            log.show(.cellOutput(CellOutputSeen(cell: cell.number, output)), at: place)
        }
        if result.status == .died {
            isDead = true
            death = result.failure?.message.singleLine(upTo: 300) ?? ""
        } else {
            variables = result.variables
        }
        return result
    }

    /// Takes note of a kernel that ended while it was idle, so that the next task begins with another.
    func lost(_ loss: KernelLoss) {
        guard let kernel, kernel.epoch == loss.epoch else { return }
        isDead = true
        path.apply(.kernelLost(loss))
        death = loss.reason.singleLine(upTo: 300)
        variables = VariableListing()
    }

    func stop() async {
        kept = []
        trimming?.cancel()
        await discardKernel()
    }
}

extension CellOutputSeen {
    init(cell: Int, _ output: CellOutput) {
        switch output {
        case .text(let stream, let text): self.init(cell: cell, stream: stream, text: text)
        case .artifact(let artifact): self.init(cell: cell, artifact: artifact)
        }
    }
}
