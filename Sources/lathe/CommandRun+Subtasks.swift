internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

extension CommandRun {
    /// `lathe subtasks`: what the journal says of a session's subtasks, also while it is open.
    func subtasks(_ command: SubtasksCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let store = SessionStore(folder: project.sessions)
        return try await reporting {
            let name = try await session(command.session, in: store)
            let isUnderWay = try await store.summary(name).holder != nil
            let events = try await store.read(name).journal.events(
                after: 0, of: SubtaskRows.kinds, texts: .none)
            var rows = SubtaskRows()
            for event in events { rows.apply(event) }
            let listed = rows.listed
            guard let id = command.subtask else {
                show(command.options, SubtaskListing.json(listed, isUnderWay: isUnderWay)) {
                    SubtaskListing.lines(listed, isUnderWay: isUnderWay, $0)
                }
                return ExitCode.complete.rawValue
            }
            guard let row = listed.first(where: { $0.id == id }) else {
                throw CommandFailure(
                    "session \(name) has no subtask://\(id); 'lathe subtasks \(name)' lists what it has")
            }
            show(command.options, SubtaskListing.json(row, isUnderWay: isUnderWay)) {
                SubtaskListing.lines(row, isUnderWay: isUnderWay, $0)
            }
            return ExitCode.complete.rawValue
        }
    }
}

/// The subtasks of a session: a fold over its events.
struct SubtaskRows {
    static let kinds: Set<EventBody.Kind> = [
        .hostCalled, .hostAnswered, .subtaskStarted, .subtaskFinished, .backgroundStarted, .backgroundProgressed,
        .backgroundFinished, .turnFinished,
    ]

    private var rows: [Int: ListedSubtask] = [:]
    private var called: [Place: HostCalled] = [:]
    /// Subtasks by the place in which they run or ask.
    private var places: [Place: Int] = [:]

    /// Oldest first.
    var listed: [ListedSubtask] { rows.values.sorted { $0.id < $1.id } }

    mutating func apply(_ event: Event) {
        switch event.body {
        case .hostCalled(let call) where ["begin", "delegate"].contains(call.name): called[event.place] = call
        case .hostAnswered(let answer) where answer.name == "begin":
            guard let call = called[event.place], call.call == answer.call else { return }
            for (id, request) in BegunCall.pairs(call, answer) { begin(id, request, at: event.place) }
        case .hostAnswered(let answer) where answer.name == "delegate": delegate(answer, at: event.place)
        case .subtaskStarted(let started):
            change(started.id, ListedSubtask(started)) { row in
                (row.runner, row.place, row.hasBegun, row.began) = (
                    started.agent.name, started.place, true, row.began ?? event.time
                )
            }
            places[started.place] = started.id
        case .backgroundStarted(let started):
            rows[started.id]?.hasBegun = true
            rows[started.id]?.began = event.time
        case .backgroundProgressed(let progressed): rows[progressed.id]?.progress = progressed.progress
        case .subtaskFinished(let outcome), .backgroundFinished(let outcome): finish(outcome)
        case .turnFinished(let turn): spend(turn, at: event.place)
        default: break
        }
    }

    private mutating func begin(_ id: Int, _ request: JSONValue, at owner: Place) {
        guard rows[id] == nil else { return }
        let arguments = request["arguments"]
        let isTool = request["call"]?.stringValue == "tool_call"
        let tool = "\(arguments?["server"]?.stringValue ?? "")/\(arguments?["name"]?.stringValue ?? "")"
        rows[id] = ListedSubtask(
            id: id, kind: isTool ? .tool : .question,
            label: isTool ? tool : arguments?["prompt"]?.stringValue ?? "", runner: isTool ? tool : "", place: owner)
        if !isTool { places[owner.question(id)] = id }
    }

    private mutating func delegate(_ answer: HostAnswered, at owner: Place) {
        for item in answer.value?["subtasks"]?.arrayValue ?? [] {
            guard let id = item["id"]?.integerValue, rows[id] == nil else { continue }
            let label = item["label"]?.stringValue ?? ""
            let agent = called[owner]?.arguments["agent"]
            rows[id] = ListedSubtask(
                id: id, kind: .agent, label: label,
                runner: agent?.stringValue ?? agent?["name"]?.stringValue ?? "", place: owner.child(label))
        }
    }

    /// How it ended; what it used is the outcome's word.
    private mutating func finish(_ outcome: SubtaskOutcome) {
        guard var row = rows[outcome.id] else { return }
        row.outcome = outcome
        (row.turns, row.usage, row.cost) = (outcome.turns, outcome.usage, outcome.cost)
        rows[outcome.id] = row
    }

    private mutating func spend(_ turn: TurnFinished, at place: Place) {
        guard let id = places[place], rows[id]?.outcome == nil else { return }
        change(id, nil) { row in
            row.turns += 1
            row.usage = row.usage + turn.reply.usage
            row.cost = row.cost + turn.reply.cost
        }
    }

    private mutating func change(_ id: Int, _ new: ListedSubtask?, _ body: (inout ListedSubtask) -> Void) {
        guard var row = rows[id] ?? new else { return }
        body(&row)
        rows[id] = row
    }
}

extension ListedSubtask {
    fileprivate init(_ started: SubtaskStarted) {
        self.init(
            id: started.id, kind: .agent, label: started.label, runner: started.agent.name, place: started.place)
    }
}
