import Foundation
import LatheVocabulary
import Testing

@testable import LatheProviders

@Suite struct ReplayTests {
    private let coordinator = ModelReply(
        text: "I split the flights by carrier first.", calls: [ToolCall(id: "a", code: "1 + 1")], stop: .toolUse,
        usage: Usage(input: 10, output: 5), cost: .microdollars(7), model: "m"
    )
    private let subtask = ModelReply(text: "done – ✓", stop: .endTurn, model: "m")

    private var recording: Recording {
        Recording(
            header: .init(task: "why late?", inputs: ["flights"], model: "anthropic:m", session: "s1"),
            entries: [
                .init(place: .coordinator, turn: 1, reply: coordinator),
                .init(place: Place("coordinator/UA"), turn: 1, reply: subtask),
            ]
        )
    }

    private func ask(_ model: ReplayModel, _ place: String, _ turn: Int, _ watched: Watched = Watched()) async throws
        -> ModelReply
    {
        let request = ModelRequest(place: Place(place), turn: turn, system: "", messages: [])
        return try await model.reply(to: request, progress: watched.progress)
    }

    @Test func `a recording survives its file`() throws {
        let text = try recording.text()
        #expect(
            text.hasPrefix(
                #"{"inputs":["flights"],"model":"anthropic:m","recording":1,"session":"s1","task":"why late?"}"#))
        #expect(try Recording(parsing: text) == recording)
    }

    @Test func `a session's events make a recording`() {
        func event(_ place: Place, _ body: EventBody) -> Event { Event(sequence: 1, time: 0, place: place, body: body) }
        let input = DataInput(name: "flights", path: "/data/f.parquet", format: .parquet)
        let events = [
            event(
                .coordinator,
                .sessionOpened(
                    SessionOpened(session: "s1", version: "1", model: "anthropic:m", inputs: [input], sandbox: []))
            ),
            event(.coordinator, .taskSubmitted(TaskSubmitted(task: "why late?"))),
            event(.coordinator, .turnFinished(TurnFinished(turn: 1, reply: coordinator, seconds: 2))),
            event(Place("coordinator/UA"), .turnFinished(TurnFinished(turn: 1, reply: subtask, seconds: 1))),
        ]
        #expect(Recording(events: events) == recording)
        #expect(ReplayModel(recording).contextWindow == .unlimited)
        let step = ContextShrunk(
            turn: 2, window: ContextWindow(9_000, .configured), before: 8_000, after: 3_000, stubs: [], summary: nil,
            isForced: false)
        let shortened = Recording(events: events + [event(.coordinator, .contextShrunk(step))])
        #expect(ReplayModel(shortened).contextWindow == step.window, "so that it is shortened at the same turns")
    }

    @Test func `a recorded failure falls back where another model took over from it`() throws {
        func event(_ body: EventBody) -> Event { Event(sequence: 1, time: 0, place: .coordinator, body: body) }
        let told = ModelFellBack(turn: 2, from: "a", to: "b", code: .billing, reason: "no money")
        let recording = Recording(events: [
            event(.turnFailed(TurnFailed(turn: 1, code: .overloaded, reason: "busy"))),
            event(.turnFailed(TurnFailed(turn: 2, code: .billing, reason: "no money"))),
            event(.modelFellBack(told)),
            event(.turnFinished(TurnFinished(turn: 3, reply: coordinator, seconds: 2))),
        ])
        for model in [ReplayModel(recording), ReplayModel(try Recording(parsing: try recording.text()))] {
            let requests = (1...3).map { ModelRequest(place: .coordinator, turn: $0, system: "", messages: []) }
            #expect(requests.map(model.fellBack) == [false, true, false])
        }
    }

    @Test func `replies are found by place and turn, stream in pieces and cost nothing`() async throws {
        let model = ReplayModel(recording)
        let watched = Watched()
        let reply = try await ask(model, "coordinator", 1, watched)
        var free = coordinator
        free.cost = .none
        #expect(reply == free)
        #expect(watched.text == coordinator.text)
        #expect(watched.code == "1 + 1")
        #expect(watched.all.count > 2)
        #expect(try await ask(model, "coordinator/UA", 1).text == subtask.text)
        #expect(try await ask(model, "coordinator/UA", 1).text == subtask.text)
    }

    @Test func `what was not recorded is named`() async throws {
        let failed = await failure { try await ask(ReplayModel(recording), "coordinator/DL", 3) }
        #expect(failed?.code == .notRecorded)
        #expect(failed?.reason.contains("turn 3 of coordinator/DL") == true)
    }

    @Test func `a turn that several tasks of a session share gives its replies in order`() async throws {
        let again = Recording.Entry(place: .coordinator, turn: 1, reply: subtask)
        let twice = Recording(header: recording.header, entries: recording.entries + [again])
        let model = ReplayModel(twice)
        #expect(try await ask(model, "coordinator", 1).text == coordinator.text)
        #expect(try await ask(model, "coordinator", 1).text == subtask.text)
        #expect(await failure { try await ask(model, "coordinator", 1) }?.code == .notRecorded)
    }

    @Test func `a recorded failure is given again, and the end of what was stopped stops`() async throws {
        let request = ModelRequest(place: .coordinator, turn: 1, system: "", messages: [])
        let events = [
            EventBody.turnStarted(TurnStarted(turn: 1, model: "m", request: request)),
            .turnFailed(TurnFailed(turn: 1, code: .overloaded, reason: "busy")),
        ].enumerated().map { Event(sequence: $0.offset + 1, time: 0, place: .coordinator, body: $0.element) }
        let written = try Recording(parsing: Recording(events: events).text())
        #expect(written == Recording(events: events))
        let model = ReplayModel(written, end: .stops)
        let failed = await failure { try await ask(model, "coordinator", 1) }
        #expect(failed == ModelError(.overloaded, "busy"))
        #expect(await failure { try await ask(model, "coordinator", 2) }?.code == .cancelled)
    }

    @Test(arguments: [
        "", "{}", #"{"recording":2,"task":"","inputs":[],"model":"","session":""}"#,
        #"{"recording":1,"recording":1,"task":"","inputs":[],"model":"","session":""}"#,
    ])
    func `a file that is no recording is refused`(text: String) {
        #expect(throws: ModelSetupError.self) { try Recording(parsing: text) }
    }
}
