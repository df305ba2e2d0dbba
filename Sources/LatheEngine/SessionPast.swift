package import LatheVocabulary

/// What a session's journal says of its earlier program runs: everything needed to go on.
package struct SessionPast: Sendable {
    package let transcript: Transcript
    /// The coordinator's cells that its working memory is made of, in order, and how much of each counts.
    let cells: [(step: MemoryPath.Step, cell: Cell)]
    /// What the memory is made of, for the kernel that takes it up.
    package let path: MemoryPath
    /// Cells that were not finished, were interrupted, or killed their kernel; they are not run again.
    let skippedCells: [Int]
    /// Answers to the host calls of each cell, in order.
    let answers: [Int: [HostAnswered]]
    /// How many cells `SessionEngine.open` runs again.
    package var cellsToRebuild: Int { cells.count }
    /// The newest cell that is in the working memory; nil where none is.
    package var undoableCell: Int? { path.lastCell }
    /// The coordinator's newest request that was answered, and what its provider counted.
    let measured: (request: ModelRequest, usage: Usage)?
    let lastCell: Int
    let hostCalls: Int
    let questions: Int
    let places: Set<Place>
    let lastSubtask: Int
    package let inputs: [DataInput]
    package let tasks: [String]

    package init(_ events: [Event]) {
        transcript = Transcript(events, at: .coordinator)
        var fold = Fold()
        for event in events { fold.apply(event) }
        fold.path.leaveDeadKernel()
        let all = fold.cells
        cells = fold.path.steps.filter(\.wentThrough).compactMap { step in all[step.cell].map { (step, $0) } }
        skippedCells = fold.path.steps.filter { !$0.wentThrough }.map(\.cell)
        path = fold.path
        answers = fold.answers
        measured = fold.measured
        lastCell = fold.cells.keys.max() ?? 0
        hostCalls = fold.hostCalls
        questions = fold.questions
        places = fold.places
        lastSubtask = fold.lastSubtask
        inputs = fold.inputs
        tasks = fold.tasks
    }

    private struct Fold {
        var cells: [Int: Cell] = [:]
        var path = MemoryPath()
        var callCells: [Int: Int] = [:]
        var request: ModelRequest?
        var measured: (request: ModelRequest, usage: Usage)?
        var answers: [Int: [HostAnswered]] = [:]
        var hostCalls = 0
        var questions = 0
        var places: Set<Place> = []
        var lastSubtask = 0
        var inputs: [DataInput] = []
        var tasks: [String] = []

        mutating func apply(_ event: Event) {
            switch event.body {
            case .sessionOpened(let opened):
                inputs = opened.inputs
                path.leaveDeadKernel()
            case .subtaskStarted(let started):
                places.insert(started.place)
                lastSubtask = max(lastSubtask, started.id)
            case .subtaskFinished(let outcome):
                places.insert(outcome.place)
                lastSubtask = max(lastSubtask, outcome.id)
            case .turnStarted(let started) where event.place == Place.coordinator.child("ask"):
                questions = max(questions, started.turn)
            default:
                if event.place == .coordinator { applyOwn(event.body) }
            }
        }

        private mutating func applyOwn(_ body: EventBody) {
            path.apply(body)
            switch body {
            case .taskSubmitted(let submitted): tasks.append(submitted.task)
            case .turnStarted(let turn): request = turn.request
            case .turnFinished(let turn): measured = request.map { ($0, turn.reply.usage) }
            case .cellStarted(let cell): cells[cell.number] = cell
            case .hostCalled(let called):
                callCells[called.call] = called.cell
                hostCalls = max(hostCalls, called.call)
            case .hostAnswered(let answered):
                if let cell = callCells[answered.call] { answers[cell, default: []].append(answered) }
            default: break
            }
        }
    }
}
