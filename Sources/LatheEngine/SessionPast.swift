package import LatheVocabulary

/// What a session's journal says of its earlier program runs: everything needed to go on.
package struct SessionPast: Sendable {
    /// What it says of the coordinator.
    let own: PlacePast
    /// A rollback that code had asked for when its program run ended, and that counts as done in all of this.
    let owed: RolledBack?
    /// The task that has no end, if any.
    package let unfinished: UnfinishedTask?
    /// Subtasks that ended, by number.
    let outcomes: [Int: StoredOutcome]
    /// Who began each subtask that was delegated.
    let owners: [Int: Place]
    /// Tool calls and questions in the background that ended, by number.
    let callOutcomes: [Int: StoredOutcome]
    /// The coordinator's newest request that was answered, and what its provider counted.
    let measured: (request: ModelRequest, usage: Usage)?
    let places: Set<Place>
    let lastSubtask: Int
    package let inputs: [DataInput]
    package let tasks: [String]
    let uses: UseFold
    /// What the user answered to calls of tools, and what each place has read.
    let toolAnswers: ToolAnswers
    let exposures: Exposures
    let episodes: EpisodeFold
    /// What agents said to each other.
    let messages: MessageFold
    let ledger: Ledger
    /// What was to become of plans when lathe ended.
    let planChanges: PlanChangesLeft
    /// The model of the newest program run that named one, as the screens call it.
    package let model: String

    package init(_ events: [Event]) {
        var fold = Fold()
        for event in events { fold.apply(event) }
        owed = fold.own.end()
        own = fold.own
        unfinished = fold.unfinished
        (outcomes, owners) = (fold.outcomes, fold.owners)
        callOutcomes = fold.callOutcomes
        measured = fold.measured
        places = fold.places
        lastSubtask = fold.lastSubtask
        inputs = fold.inputs
        tasks = fold.tasks
        uses = fold.uses
        (toolAnswers, exposures) = (fold.toolAnswers, fold.exposures)
        episodes = fold.episodes
        messages = fold.messages
        ledger = fold.ledger
        planChanges = fold.planChanges
        model = fold.model
    }

    package var transcript: Transcript { own.transcript }
    /// What the memory is made of, for the kernel that takes it up.
    package var path: MemoryPath { own.path }
    /// How many cells are run again where the first steps of the path are in a saved memory.
    package func cellsToRebuild(after steps: Int = 0) -> Int { own.rebuilt(after: steps).count }
    /// The newest cell that is in the working memory; nil where none is.
    package var undoableCell: Int? { own.path.lastCell }

    /// Calls of the unfinished task with effects outside of the session of which nobody knows whether they happened: to be
    /// shown to the user before the task is gone on with.
    package var unknownCalls: [HostCalled] { unfinished?.unknown(of: own) ?? [] }

    /// Cells that were not finished, were interrupted, or killed their kernel; they are not run again.
    func skippedCells(but resumed: Int?, after steps: Int = 0) -> [Int] {
        own.path.steps.dropFirst(steps).filter { !$0.wentThrough && $0.cell != resumed }.map(\.cell)
    }

    private struct Fold {
        var own = PlacePast(.coordinator)
        var unfinished: UnfinishedTask?
        var outcomes: [Int: StoredOutcome] = [:]
        var owners: [Int: Place] = [:]
        var callOutcomes: [Int: StoredOutcome] = [:]
        var request: ModelRequest?
        var measured: (request: ModelRequest, usage: Usage)?
        var places: Set<Place> = []
        var lastSubtask = 0
        var inputs: [DataInput] = []
        var tasks: [String] = []
        var model = ""
        var uses = UseFold()
        var toolAnswers = ToolAnswers()
        var exposures = Exposures()
        var episodes = EpisodeFold()
        var messages = MessageFold()
        var ledger = Ledger()
        var planChanges = PlanChangesLeft()

        mutating func apply(_ event: Event) {
            uses.apply(event)
            toolAnswers.apply(event.body)
            exposures.apply(event)
            episodes.apply(event)
            messages.apply(event)
            ledger.apply(event)
            planChanges.apply(event)
            if event.place == .coordinator {
                applyOwn(event)
            } else if event.place == Place.coordinator.questions {
                own.applyQuestion(event.body)
            }
            unfinished?.apply(event)
            switch event.body {
            case .subtaskStarted(let started): note(started.id, started.place)
            case .subtaskFinished(let outcome):
                note(outcome.id, outcome.place)
                outcomes[outcome.id] = StoredOutcome(outcome, in: event)
            case .backgroundFinished(let outcome): callOutcomes[outcome.id] = StoredOutcome(outcome, in: event)
            case .hostAnswered(let answered) where answered.name == "delegate" || answered.name == "begin":
                for item in answered.value?["subtasks"]?.arrayValue ?? [] {
                    guard let id = item["id"]?.integerValue else { continue }
                    lastSubtask = max(lastSubtask, id)
                    if answered.name == "delegate" { owners[id] = event.place }
                }
            default: break
            }
        }

        private mutating func note(_ id: Int, _ place: Place) {
            places.insert(place)
            lastSubtask = max(lastSubtask, id)
        }

        private mutating func applyOwn(_ event: Event) {
            own.apply(event.body)
            switch event.body {
            case .sessionOpened(let opened):
                inputs = opened.inputs
                // A run without a model, such as a cell of the user's own, says so in other words.
                if opened.model.contains(":") || model.isEmpty { model = opened.model }
            case .taskSubmitted(let submitted):
                tasks.append(submitted.task)
                unfinished = UnfinishedTask(submitted, at: event, subtasksBefore: lastSubtask)
            case .taskFinished: unfinished = nil
            case .turnStarted(let turn): request = turn.request
            case .turnFinished(let turn): measured = request.map { ($0, turn.reply.usage) }
            default: break
            }
        }
    }
}
