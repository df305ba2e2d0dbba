package import LatheVocabulary

/// What a session's journal says of its earlier program runs: everything needed to go on.
package struct SessionPast: Sendable {
    package let transcript: Transcript
    /// Cells of the coordinator's kernel whose effects are part of the working memory, in order.
    let cells: [Cell]
    /// Cells that were not finished, were interrupted, or killed their kernel; they are not run again.
    let skippedCells: [Int]
    /// Answers to the host calls of each cell, in order.
    let answers: [Int: [HostAnswered]]
    /// How many cells `SessionEngine.open` runs again.
    package var cellsToRebuild: Int { cells.count }
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
        fold.leaveDeadKernel()
        let last = fold
        let kept = fold.cells.filter { $0.number > fold.lastDeath }
        let wentThrough = { (cell: Cell) in last.finished[cell.number] == .ok || last.finished[cell.number] == .error }
        cells = kept.filter(wentThrough)
        skippedCells = kept.filter { !wentThrough($0) }.map(\.number)
        answers = fold.answers
        lastCell = fold.cells.map(\.number).max() ?? 0
        hostCalls = fold.hostCalls
        questions = fold.questions
        places = fold.places
        lastSubtask = fold.lastSubtask
        inputs = fold.inputs
        tasks = fold.tasks
    }

    private struct Fold {
        var cells: [Cell] = []
        var finished: [Int: CellStatus] = [:]
        /// The last cells of kernels that died, oldest first; only what came after the last one is in the memory.
        var deaths: [Int] = []
        var lastDeath: Int { deaths.last ?? 0 }
        var callCells: [Int: Int] = [:]
        var answers: [Int: [HostAnswered]] = [:]
        var hostCalls = 0
        var questions = 0
        var places: Set<Place> = []
        var lastSubtask = 0
        var inputs: [DataInput] = []
        var tasks: [String] = []

        /// Where a program run ended with a kernel dead, the next one rebuilds the memory without the cell that killed it.
        mutating func leaveDeadKernel() {
            if let death = deaths.last, death == cells.last?.number { deaths.removeLast() }
        }

        mutating func apply(_ event: Event) {
            switch event.body {
            case .sessionOpened(let opened):
                inputs = opened.inputs
                leaveDeadKernel()
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
            switch body {
            case .taskSubmitted(let submitted): tasks.append(submitted.task)
            case .cellStarted(let cell): cells.append(cell)
            case .cellFinished(let result):
                finished[result.number] = result.status
                if result.status == .died { deaths.append(result.number) }
            case .kernelLost(let loss):
                // A cell under way says so itself when it finishes as `died`.
                if loss.uncertainCell == nil, loss.lastFinished > 0 { deaths.append(loss.lastFinished) }
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
