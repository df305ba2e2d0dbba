import LatheVocabulary

/// Everybody who works in a session, what passes between them and what waits: a fold over its events.
struct AgentTree: Sendable, Hashable {
    private(set) var session = ""
    private(set) var task = ""
    private(set) var rows: [Place: AgentRow] = [:]
    /// Parents before children, otherwise as they began.
    private(set) var order: [Place] = []
    private(set) var messages: [AgentMessage] = []
    /// Who has got what: the same fold as the run's own bus, of the whole session.
    private(set) var mail = MessageFold()
    private(set) var questions: [Int: QuestionAsked] = [:]
    private(set) var askers: [Int: Place] = [:]
    private(set) var steps: [SteppedIn] = []
    private(set) var isReplayed = false
    private(set) var ledger = Ledger()
    private(set) var shared = SharedWork()
    /// Whether a task is under way.
    var isWorking: Bool { rows[.coordinator].map { $0.end == nil } ?? false }

    private static let messagesKept = 20

    mutating func take(_ event: Event) {
        mail.apply(event)
        ledger.apply(event)
        shared.take(event)
        switch event.body {
        case .sessionOpened(let opened):
            session = opened.session
            // Questions and pauses are of a program run.
            questions = [:]
            for place in order { rows[place]?.isPaused = false }
        case .taskSubmitted(let submitted) where event.place == .coordinator: begin(submitted.task, at: event.time)
        case .taskResumed(let resumed): if rows[.coordinator] == nil { begin(resumed.task, at: event.time) }
        case .taskFinished(let outcome): end(.coordinator, outcome.status, outcome.reason, outcome.seconds)
        case .subtaskStarted(let started): start(started, at: event.time)
        case .subtaskFinished(let outcome): end(outcome.place, outcome.status, outcome.reason, outcome.seconds)
        case .messageSent(let message): send(message)
        case .questionAsked(let asked):
            questions[asked.question] = asked
            askers[asked.question] = event.place
            update(event.place) { $0.phase = "asks the user (question \(asked.question))" }
        case .toolDecided(let decided): settle(decided, at: event.place)
        case .toolUsed: update(event.place) { $0.tools += 1 }
        case .steppedIn(let step): take(step)
        default: follow(event)
        }
    }

    private mutating func begin(_ task: String, at time: Double) {
        let ledger = ledger
        self = AgentTree(session: session, mail: mail)
        (self.task, self.ledger) = (task, ledger)
        rows[.coordinator] = AgentRow(label: "coordinator", depth: 0, maxTurns: nil, began: time)
        order = [.coordinator]
    }

    private init(session: String, mail: MessageFold) {
        self.session = session
        self.mail = mail
    }

    init() {}

    private mutating func start(_ started: SubtaskStarted, at time: Double) {
        let place = started.place
        rows[place] = AgentRow(
            label: place.name(labelled: started.label), depth: place.depth, maxTurns: started.maxTurns, began: time)
        guard !order.contains(place) else { return }
        let last = order.lastIndex { other in other.path.starts(with: place.parent?.path ?? []) }
        order.insert(place, at: last.map { $0 + 1 } ?? order.count)
    }

    private mutating func end(_ place: Place, _ status: OutcomeStatus, _ reason: String, _ seconds: Double) {
        update(place) { $0.end = (status, reason, seconds) }
        for (number, asker) in askers where asker == place { questions[number] = nil }
    }

    private mutating func send(_ message: AgentMessage) {
        messages = (messages + [message]).suffix(Self.messagesKept)
        update(message.from) { $0.sent += 1 }
    }

    private mutating func settle(_ decided: ToolDecided, at place: Place) {
        let open = questions.filter {
            askers[$0.key] == place && $0.value.cell == decided.cell && $0.value.tool == decided.tool
        }
        if let number = open.keys.min() { questions[number] = nil }
        update(place) { $0.phase = "running cell \(decided.cell)" }
    }

    private mutating func take(_ step: SteppedIn) {
        steps.append(step)
        guard step.action == .pause || step.action == .goOn else { return }
        for place in order where place.path.starts(with: step.agent.path) {
            rows[place]?.isPaused = step.action == .pause
        }
    }

    /// What an agent does, and what its questions to models and its branches used.
    private mutating func follow(_ event: Event) {
        let isOwn = rows[event.place] != nil
        update(event.place) { row in
            switch event.body {
            case .turnStarted(let turn) where isOwn:
                row.turn = turn.turn
                row.phase = "waiting for the model"
            case .turnFinished(let turn):
                row.tokens += turn.reply.usage.total
                if !turn.isReplayed { row.cost = row.cost + turn.reply.cost }
                row.phase = isOwn ? "thinking" : row.phase
            case .turnFailed(let turn): row.phase = turn.reason
            case .cellStarted(let cell): row.phase = "running cell \(cell.number)"
            case .cellFinished(let cell):
                row.phase =
                    cell.status == .ok ? "cell \(cell.number) done" : "cell \(cell.number) \(cell.status.rawValue)"
            case .hostCalled(let call) where call.name == "wait": row.phase = "waits for subtasks"
            case .hostCalled(let call) where call.name == "messages" && call.arguments["reply_to"] != nil:
                row.phase = "waits for a reply"
            default: break
            }
        }
        if case .turnFinished(let turn) = event.body, turn.isReplayed { isReplayed = true }
    }

    /// Changes the agent at a place, or the nearest one above it.
    private mutating func update(_ place: Place, _ change: (inout AgentRow) -> Void) {
        var place = place
        while rows[place] == nil {
            guard let parent = place.parent else { return }
            place = parent
        }
        guard var row = rows[place] else { return }
        change(&row)
        rows[place] = row
    }
}
