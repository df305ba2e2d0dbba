import LatheScreens
import LatheVocabulary

/// Events of a run, as values.
enum SampleRun {
    static let opened = EventBody.sessionOpened(
        SessionOpened(
            session: "flights", version: "0.1.0", model: "openai:m",
            inputs: [DataInput(name: "flights", path: "/d/flights.parquet", format: .parquet)],
            sandbox: ["bubblewrap", "seccomp"]))
    static let task = EventBody.taskSubmitted(TaskSubmitted(task: "Why late?"))

    static func turnStarted(_ turn: Int, at place: Place = .coordinator) -> EventBody {
        let request = ModelRequest(
            place: place, turn: turn, system: "sys", messages: [Message(.user, [.text("SECRET ROW")])], state: "st")
        return .turnStarted(TurnStarted(turn: turn, model: "openai:m", request: request))
    }

    static func turnFinished(_ turn: Int, text: String = "", cost: Cost = .microdollars(2_500)) -> EventBody {
        let usage = Usage(input: 1_000, output: 200, cacheRead: 500)
        let reply = ModelReply(text: text, stop: .endTurn, usage: usage, cost: cost, model: "m-1")
        return .turnFinished(TurnFinished(turn: turn, reply: reply, seconds: 1.25))
    }

    static func code(_ turn: Int, _ code: String) -> EventBody {
        .replyProgressed(ReplyProgressed(turn: turn, code: code))
    }
    static func cell(_ number: Int, _ code: String) -> EventBody { .cellStarted(Cell(number: number, code: code)) }

    static func printed(_ cell: Int, _ text: String) -> EventBody {
        .cellOutput(CellOutputSeen(cell: cell, stream: .stdout, text: text))
    }

    static func cellDone(_ number: Int, _ stdout: String = "") -> EventBody {
        .cellFinished(
            CellResult(
                number: number, status: .ok, seconds: 0.5,
                stdout: CapturedText(bytes: stdout.utf8.count, head: stdout)))
    }

    static func subtask(_ id: Int, _ label: String) -> EventBody {
        .subtaskStarted(
            SubtaskStarted(
                id: id, label: label, place: .coordinator.child(label), agent: Agent(name: "a", instructions: "i"),
                task: "look at \(label)", model: "openai:m", maxTurns: 6))
    }

    static func subtaskDone(_ id: Int, _ label: String, _ status: OutcomeStatus = .complete, _ reason: String = "")
        -> EventBody
    {
        .subtaskFinished(outcome(id, label, status, reason))
    }

    static func outcome(_ id: Int, _ label: String, _ status: OutcomeStatus, _ reason: String) -> SubtaskOutcome {
        SubtaskOutcome(
            id: id, label: label, place: .coordinator.child(label), status: status, reason: reason, turns: 2,
            usage: Usage(input: 900, output: 100), seconds: 3)
    }

    static let capability = Capability(
        kind: .function, name: "delay_profile", path: "functions/delay_profile.py", signature: "delay_profile(table)",
        summary: "Delays by hour.", status: .proposed, created: "2025-11-21", session: "flights", model: "m",
        sha256: "ab12")
    static let artifact = Artifact(
        name: "delays.png", mime: "image/png", title: "Delays", bytes: 34_123, path: "/s/artifacts/delays.png")

    static let finished = TaskOutcome(
        status: .complete, answer: "# Late\n\nMostly **evenings**.", artifacts: [artifact],
        saved: [SavedCapability(capability: capability, replaced: false)], subtasks: 1, turns: 3,
        usage: Usage(input: 2_000, output: 400, cacheRead: 1_000), cost: .microdollars(5_000), seconds: 12)
}

extension EventScreen {
    /// Shows bodies as the events of a run, each in its place.
    func play(_ bodies: [EventBody], at place: Place = .coordinator, time: Double = 1_000) {
        for (index, body) in bodies.enumerated() {
            show(Event(sequence: index + 1, time: time, place: place, body: body))
        }
    }
}
