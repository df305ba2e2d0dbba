import LatheVocabulary

/// What the live view shows, derived from the events so far.
struct LiveState: Sendable, Hashable {
    /// What the coordinator is doing.
    enum Phase: Sendable, Hashable { case idle, waiting, writing, running(cell: Int) }

    var tally = RunTally()
    var subtasks = SubtaskTree()
    var tools = ToolCallTable()
    var background = BackgroundTally()
    var phase = Phase.idle
    var turn = 0
    var model = ""
    /// The reply as it comes in: code where there is some, else text.
    var draftCode = ""
    var draftText = ""
    /// The last lines that the cell under way printed; a carriage return begins its line anew.
    var output: [String] = []
    var retry = ""
    /// When the task or a cell of the user's own began; nil while nothing is under way.
    var began: Double?
    var hasTask = false
    /// The text of a reply that is shown once a cell follows it: alone it is the answer.
    var pendingText = ""
    var quietCells: Set<Int> = []

    /// Takes an event and returns the lines that it leaves above the view for good.
    mutating func take(_ event: Event, _ canvas: Canvas) -> [StyledLine] {
        tally.take(event)
        switch event.body {
        case .taskSubmitted(let task) where event.place == .coordinator: return begin(task, at: event.time, canvas)
        case .taskResumed(let resumed):
            return begin(TaskSubmitted(task: resumed.task), at: event.time, canvas)
                + resumed.sentences.flatMap { LiveLines(canvas: canvas).notice(Notice(.info, $0)) }
        case .taskFinished(let outcome): return end(outcome, canvas)
        case .sessionOpened(let opened): return LiveLines(canvas: canvas).session(opened)
        case .notice(let notice): return LiveLines(canvas: canvas).notice(notice)
        case .instructionsRead(let read):
            return LiveLines(canvas: canvas).notice(Notice(.info, "instructions: \(read.sentence)"))
        case .recalled(let recalled) where recalled.text != nil:
            return LiveLines(canvas: canvas).notice(Notice(.info, recalled.sentence))
        case .remembered(let remembered):
            return LiveLines(canvas: canvas).notice(Notice(.info, remembered.sentence))
        case .sessionDerived(let derived): return LiveLines(canvas: canvas).notice(Notice(.info, derived.sentence))
        case .replayCompared(let compared): return ComparisonLines(canvas: canvas).lines(compared)
        case .kernelLost(let loss) where loss.place == .coordinator && loss.uncertainCell == nil:
            return LiveLines(canvas: canvas).notice(Notice(.warning, loss.reason))
        case .kernelReplaced(let replaced) where event.place == .coordinator:
            let level: Notice.Level = replaced.undone.isEmpty ? .info : .warning
            return LiveLines(canvas: canvas).notice(Notice(level, "\(replaced.sentence) \(RolledBack.notUndone)"))
        case .rolledBack(let back) where event.place == .coordinator:
            return LiveLines(canvas: canvas).notice(Notice(.info, "\(back.sentence) \(RolledBack.notUndone)"))
        case .capabilitySaved(let saved): return LiveLines(canvas: canvas).saved(saved, at: event.place)
        case .stallFound(let found):
            let who = event.place == .coordinator ? "" : "\(event.place): "
            return LiveLines(canvas: canvas).notice(Notice(.warning, who + found.sentence))
        case .steppedIn(let step): return LiveLines(canvas: canvas).notice(Notice(.info, step.sentence))
        case .capabilityDemoted(let demoted):
            return LiveLines(canvas: canvas).notice(Notice(.warning, demoted.sentence))
        case .capabilityUsed(let used) where event.place == .coordinator:
            return LiveLines(canvas: canvas).used(used, at: event.place)
        case .subtaskStarted(let started):
            subtasks.start(started, at: event.time)
            return []
        case .hostCalled(let call):
            tools.begin(call, at: event.place, time: event.time)
            return []
        case .hostAnswered(let answer):
            subtasks.expect(answer)
            tools.end(answer, at: event.place, time: event.time)
            background.take(event.body)
            return []
        case .backgroundStarted, .backgroundProgressed, .backgroundFinished:
            background.take(event.body)
            return []
        case .subtaskFinished(let outcome):
            subtasks.finish(outcome)
            return []
        case .contextShrunk(let step) where event.place == .coordinator:
            return LiveLines(canvas: canvas).notice(Notice(.info, step.sentence))
        default:
            if let told = OrchestrationLines.sentences(event.body) {
                return told.flatMap { LiveLines(canvas: canvas).notice(Notice(.info, $0)) }
            }
            guard event.place == .coordinator else {
                follow(event)
                return []
            }
            // Subtasks that ended during a cell move up above what the cell says of them.
            if case .cellFinished = event.body {
                let answer = tally.answer(for: event).map {
                    EndBlock(canvas: canvas, answer: .rendered).lines(answer: $0)
                }
                return subtasksDone(canvas, at: event.time) + toolsDone(canvas, at: event.time)
                    + coordinate(event, canvas) + (answer ?? [])
            }
            return coordinate(event, canvas)
        }
    }

    private mutating func begin(_ task: TaskSubmitted, at time: Double, _ canvas: Canvas) -> [StyledLine] {
        self = LiveState(tally: tally)
        (began, hasTask) = (time, true)
        return LiveLines(canvas: canvas).task(task)
    }

    private mutating func end(_ outcome: TaskOutcome, _ canvas: Canvas) -> [StyledLine] {
        let subtaskLines = subtasksDone(canvas, at: began ?? 0) + toolsDone(canvas, at: began ?? 0)
        // The end block shows the same words where there are any in place of an answer.
        let isUnsaid = outcome.answer.isEmpty && outcome.partial == nil
        let unsaid = isUnsaid ? LiveLines(canvas: canvas).said(pendingText) : []
        let lines = subtaskLines + unsaid + EndBlock(canvas: canvas, answer: .rendered).lines(outcome, tally: tally)
        self = LiveState(tally: tally)
        return lines
    }

    /// Once no subtask runs any more, all of them move up as lines that stay.
    private mutating func subtasksDone(_ canvas: Canvas, at time: Double) -> [StyledLine] {
        guard subtasks.running == 0, !subtasks.isEmpty else { return [] }
        let lines = [subtasks.heading(canvas)] + subtasks.lines(canvas, limit: 24, now: time, spinner: "")
        subtasks = SubtaskTree()
        return lines
    }

    /// What a cell and its subtasks called moves up when the cell ends, once nothing of it runs any more.
    private mutating func toolsDone(_ canvas: Canvas, at time: Double) -> [StyledLine] {
        guard !tools.isEmpty, tools.running == 0 else { return [] }
        let lines = [tools.heading(canvas)] + tools.lines(canvas, limit: 24, now: time, spinner: "…")
        tools = ToolCallTable()
        return lines
    }

    /// An event of a subtask, or of a question that code asked a model.
    private mutating func follow(_ event: Event) {
        subtasks.update(event.place) { row in
            switch event.body {
            case .turnStarted(let turn):
                row.turn = turn.turn
                row.phase = "waiting for the model"
            case .replyProgressed(let progress): row.phase = progress.retry ?? "writing"
            case .turnFinished(let turn): row.tokens += turn.reply.usage.total
            case .turnFailed(let turn): row.phase = turn.reason
            case .modelFellBack(let told): row.phase = "goes on with \(told.to)"
            case .cellStarted(let cell): row.phase = "running cell \(cell.number)"
            case .cellFinished(let cell): row.phase = cell.status == .ok ? "cell done" : "cell \(cell.status.rawValue)"
            default: break
            }
        }
    }
}
