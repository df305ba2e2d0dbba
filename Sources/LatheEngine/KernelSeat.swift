internal import LatheVocabulary

/// The kernel of one place: runs its cells, journals them, and replaces the kernel when it died.
actor KernelSeat {
    private let place: Place
    private let log: EventLog
    private let placement: any KernelPlacement
    private let start: KernelStart
    private let desk: HostDesk
    private var kernel: (any Kernel)?
    private let restarts: Int
    private var restartsLeft: Int
    private var isDead = false
    /// Why the last kernel died, in a sentence.
    private var death = ""
    private(set) var variables = VariableListing()
    private(set) var problems: [String] = []
    private(set) var lastCell: Int

    init(
        place: Place, log: EventLog, placement: any KernelPlacement, start: KernelStart, desk: HostDesk,
        restarts: Int, lastCell: Int = 0
    ) {
        self.place = place
        self.log = log
        self.placement = placement
        self.start = start
        self.desk = desk
        self.restarts = restarts
        restartsLeft = restarts
        self.lastCell = lastCell
    }

    /// Forks the kernel if there is none yet.
    func open() async throws(KernelError) {
        guard kernel == nil else { return }
        let desk = desk
        let started = try await placement.startKernel(start) { call in await desk.answer(call) }
        kernel = started.kernel
        variables = started.variables
        problems = started.problems
        isDead = false
    }

    /// Makes ready for a new task: a kernel that died at the end of the last one is replaced.
    func beginTask() async throws(KernelError) {
        restartsLeft = restarts
        if isDead { try await restart() }
    }

    /// Runs a cell. It is in the journal before it runs, and its result before anyone sees it.
    ///
    /// Cancelling the task interrupts the cell; the result says so.
    func run(_ code: String, author: Cell.Author) async throws(JournalError) -> CellResult {
        let cell = Cell(number: lastCell + 1, code: code, author: author)
        lastCell = cell.number
        desk.begin(cell: cell.number)
        try await log.record(.cellStarted(cell), at: place)
        let result = await perform(cell)
        try await log.record(.cellFinished(result), at: place)
        return result
    }

    /// Runs an earlier cell once more to rebuild the working memory; nothing is journaled.
    func rebuild(_ cell: Cell) async -> CellResult {
        var cell = cell
        cell.purpose = .rebuild
        lastCell = max(lastCell, cell.number)
        desk.begin(cell: cell.number)
        return await perform(cell)
    }

    private func perform(_ cell: Cell) async -> CellResult {
        guard let kernel else {
            let failure = CellResult.Failure(type: "KernelDied", message: "there is no kernel", traceback: "")
            return CellResult(number: cell.number, status: .died, seconds: 0, failure: failure)
        }
        let (place, log) = (place, log)
        let result = await withTaskCancellationHandler {
            await kernel.run(cell) { output in
                log.show(.cellOutput(CellOutputSeen(cell: cell.number, output)), at: place)
            }
        } onCancel: {
            kernel.interrupt()
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
        death = loss.reason.singleLine(upTo: 300)
        variables = VariableListing()
    }

    /// Replaces a kernel that died, and stops the subtasks whose results nobody can take any more. Throws when that has
    /// happened too often.
    func restart() async throws(KernelError) {
        await desk.delegation.registry.cancelAll(of: place)
        desk.delegation.data.dropAll(of: place)
        await stop()
        guard restartsLeft > 0 else {
            throw KernelError(.died, "The kernel died again and again; the work was stopped. Last: \(death)")
        }
        restartsLeft -= 1
        try await open()
    }

    func stop() async {
        await kernel?.stop()
        kernel = nil
        variables = VariableListing()
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
