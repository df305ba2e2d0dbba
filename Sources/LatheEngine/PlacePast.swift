internal import LatheVocabulary

/// What the journal says of one place in earlier program runs: a fold over its events.
struct PlacePast: Sendable {
    let place: Place
    private(set) var transcript = Transcript()
    private(set) var position = LoopPosition()
    private(set) var cells: [Int: Cell] = [:]
    private(set) var path = MemoryPath()
    /// Answers to the host calls of each cell, in order.
    private(set) var answers: [Int: [HostAnswered]] = [:]
    private(set) var hostCalls = 0
    /// Questions that code asked of models, and whether the newest has no reply.
    private(set) var questions = 0
    private var openQuestion: Int?
    private var callCells: [Int: Int] = [:]

    init(_ place: Place) { self.place = place }

    /// Questions that need no number any more: the one without a reply keeps its own.
    var questionsSoFar: Int { openQuestion.map { $0 - 1 } ?? questions }

    /// Takes an event of the place itself.
    mutating func apply(_ body: EventBody) {
        path.apply(body)
        transcript.apply(body)
        position.apply(body, pending: transcript.pendingCode)
        switch body {
        case .sessionOpened: path.leaveDeadKernel()
        case .cellStarted(let cell):
            cells[cell.number] = cell
            // Run again after an end in the middle: what counts is what it called this time.
            answers[cell.number] = nil
        case .hostCalled(let called):
            callCells[called.call] = called.cell
            hostCalls = max(hostCalls, called.call)
        case .hostAnswered(let answered):
            if let cell = callCells[answered.call] { answers[cell, default: []].append(answered) }
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

    /// A program run that ended with a kernel dead leaves the memory as it was.
    mutating func end() { path.leaveDeadKernel() }

    var lastCell: Int { cells.keys.max() ?? 0 }

    /// Whether a cell asked lathe for anything.
    func madeHostCalls(_ cell: Int) -> Bool { callCells.values.contains(cell) }

    /// The cells that the working memory is made of beyond the first steps of its path, in order, and how much of each counts.
    func rebuilt(after steps: Int = 0) -> [(step: MemoryPath.Step, cell: Cell)] {
        path.steps.dropFirst(steps).filter(\.wentThrough).compactMap { step in cells[step.cell].map { (step, $0) } }
    }
}
