/// The task ledger (what is given, found, guessed, open and planned) and the progress ledger (who does what, and how it goes) of a
/// session: a fold over its events.
///
/// The live session keeps one, a later program run makes the same one of the journal, and screens and commands fold it too. It
/// takes the events of each place in their order; those of different places may come in any.
package struct Ledger: Sendable, Hashable {
    /// What was asked for and has not begun.
    struct Waiting: Sendable, Hashable {
        var id: Int
        var label: String
        var owner: Place
    }

    /// The newest task of the session, 1, 2, 3 …; 0 before the first.
    package private(set) var task = 0
    package internal(set) var entries: [LedgerEntry] = []
    /// Entries that went since there were too many.
    package internal(set) var dropped = 0
    package private(set) var agents: [Place: LedgerAgent] = [:]
    /// Parents before children, otherwise as they began.
    package private(set) var order: [Place] = []
    package private(set) var plans: [LedgerPlan] = []
    /// The number of the newest note of each place, and how many it made in the newest task.
    var newestNotes: [Place: Int] = [:]
    var notesInTask: [Place: Int] = [:]
    private(set) var waiting: [Int: Waiting] = [:]
    private(set) var inputs: [DataInput] = []
    /// Subtasks that began or ended.
    private var known: Set<Int> = []
    /// Tool calls and questions in the background that have not ended.
    private var openCalls: [Int: Place] = [:]
    private var codes: [Place: Cell] = [:]
    private var readers: Set<Place> = []
    private var exposures = Exposures()

    package init() {}

    package init(_ events: [Event]) {
        for event in events { apply(event) }
    }

    /// What it is made of.
    package static let kinds: Set<EventBody.Kind> = [
        .sessionOpened, .taskSubmitted, .recalled, .remembered, .ledgerNoted, .stallFound, .messageSent,
        .messageDelivered, .turnFinished, .cellStarted, .cellFinished, .rolledBack, .subtaskStarted, .subtaskFinished,
        .backgroundStarted, .backgroundFinished, .hostAnswered, .capabilitySaved, .toolUsed, .exposed, .planMade,
        .planStep, .planEnded, .taskFinished,
    ]

    package mutating func apply(_ event: Event) {
        exposures.apply(event)
        if event.body.bringsWordsOfOthers { readers.insert(event.place) }
        switch event.body {
        case .sessionOpened(let opened): inputs = opened.inputs
        case .taskSubmitted(let submitted): begin(submitted.task, at: event.place)
        case .subtaskStarted(let started): start(started)
        case .subtaskFinished(let outcome): finish(outcome, event)
        case .taskFinished(let outcome):
            change(.coordinator) { ($0.outcome, $0.reason) = (outcome.status, outcome.reason) }
            waiting = [:]
        case .planMade, .planStep, .planEnded: takePlan(event)
        case .turnFinished(let turn): spend(turn, at: event.place)
        case .cellStarted(let cell): codes[event.place] = cell
        case .cellFinished(let result): finish(result, at: event.place)
        default:
            takeEntry(event)
            takeProgress(event)
        }
    }

    // MARK: Agents

    private mutating func begin(_ task: String, at place: Place) {
        guard place == .coordinator else {
            change(place) { agent in
                agent.task = task
                agent.progress.begin()
            }
            return
        }
        self.task += 1
        var coordinator = LedgerAgent(place: place, label: "coordinator", task: task)
        coordinator.progress = agents[place]?.progress ?? PlaceProgress()
        coordinator.progress.begin()
        (agents, order, plans, waiting, notesInTask) = ([place: coordinator], [place], [], [:], [:])
    }

    private mutating func start(_ started: SubtaskStarted) {
        add(started.place, LedgerAgent(place: started.place, label: started.label, task: started.task))
        change(started.place) { ($0.subtask, $0.agent) = (started.id, started.agent.name) }
        waiting[started.id] = nil
        known.insert(started.id)
    }

    private mutating func add(_ place: Place, _ agent: LedgerAgent) {
        if agents.updateValue(agent, forKey: place) != nil { return }
        let last = order.lastIndex { $0.isWithin(place.parent ?? .coordinator) }
        order.insert(place, at: last.map { $0 + 1 } ?? order.count)
    }

    private mutating func finish(_ outcome: SubtaskOutcome, _ event: Event) {
        waiting[outcome.id] = nil
        known.insert(outcome.id)
        let place = outcome.place
        if agents[place] == nil { add(place, LedgerAgent(place: place, label: outcome.label, task: "")) }
        change(place) { agent in
            (agent.subtask, agent.outcome) = (outcome.id, outcome.status)
            agent.reason = String(outcome.reason.prefix(LedgerLimits.quotedCharacters))
            (agent.usage, agent.cost) = (outcome.usage, outcome.cost)
            agent.value = outcome.value.map { String(($0.stringValue ?? $0.text).prefix(200)) }
            agent.progress.end()
        }
        codes[place] = nil
        addResult(outcome, event)
        guard outcome.status == .complete, let parent = place.parent else { return }
        change(parent) { $0.progress.advance("\(outcome.label) complete") }
    }

    private mutating func spend(_ turn: TurnFinished, at place: Place) {
        let isOwn = agents[place] != nil
        change(nearest(place)) { agent in
            agent.usage = agent.usage + turn.reply.usage
            if !turn.isReplayed { agent.cost = agent.cost + turn.reply.cost }
            if isOwn { agent.progress.takeTurn() }
        }
    }

    private mutating func finish(_ result: CellResult, at place: Place) {
        let code = codes[place].flatMap { $0.number == result.number ? $0.code : nil } ?? ""
        change(place) { agent in
            agent.add(result, code: code)
            agent.progress.take(result)
        }
        guard let idle = agents[place]?.progress.idle, idle > 0, isWaiting(place) else { return }
        change(place) { $0.progress.wait() }
    }

    /// Whether something that a place began is under way.
    private func isWaiting(_ place: Place) -> Bool {
        openCalls.values.contains(place) || waiting.values.contains { $0.owner == place }
            || agents.values.contains { $0.place.parent == place && $0.outcome == nil }
    }

    private mutating func takeProgress(_ event: Event) {
        let place = event.place
        switch event.body {
        case .stallFound(let found): change(place) { $0.progress.take(found) }
        case .toolUsed(let use): change(nearest(place)) { $0.progress.take(use) }
        case .capabilitySaved(let saved): change(place) { $0.progress.advance("saved \(saved.capability.name)") }
        case .ledgerNoted(let noted) where noted.kind == .fact:
            change(place) { $0.progress.advance("noted n\(noted.note)") }
        case .messageDelivered(let read) where read.fromUser != nil:
            change(place) { $0.progress.advance("the user said something") }
        case .backgroundStarted(let started): openCalls[started.id] = place
        case .backgroundFinished(let outcome):
            guard let owner = openCalls.removeValue(forKey: outcome.id) else { return }
            if outcome.status == .complete { change(owner) { $0.progress.advance("\(outcome.label) complete") } }
        case .hostAnswered(let answered) where answered.name == "delegate": wait(answered, at: place)
        default: break
        }
    }

    private mutating func wait(_ answered: HostAnswered, at place: Place) {
        for item in answered.value?["subtasks"]?.arrayValue ?? [] {
            guard let id = item["id"]?.integerValue, !known.contains(id) else { continue }
            let label = String((item["label"]?.stringValue ?? "").prefix(200))
            waiting[id] = Waiting(id: id, label: label, owner: place)
        }
    }

    private mutating func takePlan(_ event: Event) {
        switch event.body {
        case .planMade(let made):
            let index = plans.firstIndex { $0.made.plan == made.plan }
            let plan = LedgerPlan(made, at: event.place, after: index.map { plans[$0] })
            if let index { plans[index] = plan } else { plans.append(plan) }
            change(event.place) { $0.progress.advance("plan \(made.plan), revision \(made.revision)") }
        case .planStep(let changed):
            guard let index = plans.firstIndex(where: { $0.made.plan == changed.plan }) else { return }
            plans[index].take(changed)
            guard changed.state == .complete else { return }
            change(event.place) { $0.progress.advance("step \(changed.step) complete") }
        case .planEnded(let ended):
            guard let index = plans.firstIndex(where: { $0.made.plan == ended.plan }) else { return }
            plans[index].end(ended)
        default: break
        }
    }

    private mutating func change(_ place: Place, _ body: (inout LedgerAgent) -> Void) {
        guard agents[place] != nil else { return }
        body(&agents[place, default: LedgerAgent(place: place, label: "", task: "")])
    }

    /// The agent at a place, or the nearest one above: of questions and branches.
    private func nearest(_ place: Place) -> Place {
        var place = place
        while agents[place] == nil, let parent = place.parent { place = parent }
        return place
    }

    // MARK: Words of others

    /// Whether a place, or one above it, has read what others wrote.
    func hasReadOthers(_ place: Place) -> Bool {
        exposures.of(place).has(.untrusted) || readers.contains { place.isWithin($0) }
    }

    /// Whether a place knows of something private, or has read words of others, that another one has not.
    func knowsMore(_ place: Place, than other: Place) -> Bool {
        let (own, known) = (exposures.of(place), exposures.of(other))
        return [Exposure.Kind.private, .untrusted].contains { own.has($0) && !known.has($0) }
            || hasReadOthers(place) && !hasReadOthers(other)
    }
}
