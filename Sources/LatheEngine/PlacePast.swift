internal import LatheVocabulary

/// What the journal says of one place in earlier program runs: a fold over its events.
struct PlacePast: Sendable {
    let place: Place
    private(set) var transcript = Transcript()
    private(set) var position = LoopPosition()
    /// What its code made of its own context.
    private(set) var context = ContextFold()
    private(set) var cells: [Int: Cell] = [:]
    private(set) var path = MemoryPath()
    /// How each cell ended, as far as it did.
    private(set) var statuses: [Int: CellStatus] = [:]
    /// A rollback that the newest cell asked for, whose cell finished and which was not done any more.
    private var asked: (checkpoint: Int, cell: Int, isDue: Bool)?
    /// Answers to the host calls of each cell, in order.
    private(set) var answers: [Int: [HostAnswered]] = [:]
    private(set) var hostCalls = 0
    /// What its kernels were given of the library.
    private(set) var given: Set<CapabilityUse.Subject> = []
    /// Questions that code asked of models, and whether the newest has no reply.
    private(set) var questions = 0
    private var openQuestion: Int?
    private var callCells: [Int: Int] = [:]

    init(_ place: Place) { self.place = place }

    /// A fold over the events of the place and of what it asked of models.
    init(_ place: Place, _ events: [Event]) {
        self.place = place
        let questions = place.questions
        for event in events {
            if event.place == place { apply(event.body) } else if event.place == questions { applyQuestion(event.body) }
        }
    }

    /// Questions that need no number any more: the one without a reply keeps its own.
    var questionsSoFar: Int { openQuestion.map { $0 - 1 } ?? questions }

    /// Takes an event of the place itself.
    mutating func apply(_ body: EventBody) {
        path.apply(body)
        transcript.apply(body)
        position.apply(body, pending: transcript.pendingCode)
        if place != .coordinator { context.apply(body) }
        switch body {
        case .sessionOpened: path.leaveDeadKernel()
        case .cellStarted(let cell):
            cells[cell.number] = cell
            asked = nil
            // Run again after an end in the middle: what counts is what it called this time.
            answers[cell.number] = nil
        case .cellFinished(let result):
            statuses[result.number] = result.status
            if asked?.cell == result.number { asked?.isDue = result.status != .died }
        case .rolledBack, .kernelReplaced: asked = nil
        case .capabilityUsed(let used):
            given.insert(CapabilityUse.Subject(kind: used.kind, name: used.name, sha256: used.sha256))
        case .hostCalled(let called):
            callCells[called.call] = called.cell
            hostCalls = max(hostCalls, called.call)
        case .hostAnswered(let answered):
            guard let cell = callCells[answered.call] else { return }
            answers[cell, default: []].append(answered)
            if ["rollback", "handoff_end"].contains(answered.name),
                let wanted = answered.value?["checkpoint"]?.integerValue
            {
                asked = (wanted, cell, false)
            }
        default: break
        }
    }

    /// Takes an event of the questions that the place asked.
    mutating func applyQuestion(_ body: EventBody) {
        switch body {
        case .turnStarted(let started):
            questions = max(questions, started.turn)
            openQuestion = started.turn
        case .turnFinished, .turnFailed: openQuestion = nil
        default: break
        }
    }

    /// A program run that ended with a kernel dead leaves the memory as it was. Gives the rollback that it left to be done.
    mutating func end() -> RolledBack? {
        path.leaveDeadKernel()
        guard let asked, asked.isDue, let back = path.back(to: asked.checkpoint) else { return nil }
        apply(.rolledBack(back))
        return back
    }

    var lastCell: Int { cells.keys.max() ?? 0 }

    /// Whether a cell asked lathe for anything.
    func madeHostCalls(_ cell: Int) -> Bool { callCells.values.contains(cell) }

    /// The cells that the working memory is made of beyond the first steps of its path, in order, and how much of each counts.
    func rebuilt(after steps: Int = 0) -> [(step: MemoryPath.Step, cell: Cell)] {
        cells(of: path.steps.dropFirst(steps).filter(\.wentThrough))
    }

    func cells(of steps: [MemoryStep]) -> [(step: MemoryPath.Step, cell: Cell)] {
        steps.compactMap { step in cells[step.cell].map { (step, $0) } }
    }

    /// The numbers of the subtasks that cells have delegated.
    func subtasks(of cells: [Int]) -> Set<Int> {
        let named = cells.flatMap { answers[$0] ?? [] }.filter { $0.name == "delegate" || $0.name == "begin" }
        return Set(named.flatMap { $0.value?["subtasks"]?.arrayValue ?? [] }.compactMap { $0["id"]?.integerValue })
    }
}
