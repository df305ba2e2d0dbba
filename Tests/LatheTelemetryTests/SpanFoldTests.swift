import LatheVocabulary
import Testing

@testable import LatheTelemetry

@Suite struct SpanFoldTests {
    private let place = Place.coordinator

    private func events(_ bodies: [(Place, EventBody)]) -> [Event] {
        bodies.enumerated().map { index, entry in
            Event(sequence: index + 1, time: 100 + Double(index), place: entry.0, body: entry.1)
        }
    }

    private func turn(_ number: Int, at place: Place) -> EventBody {
        let request = ModelRequest(place: place, turn: number, system: "secret", messages: [])
        return .turnStarted(TurnStarted(turn: number, model: "local:qwen@http://host:8080/v1", request: request))
    }

    @Test func `spans lie within what made them`() throws {
        let child = place.child("UA")
        let agent = Agent(name: "analyst", instructions: "secret")
        let reply = ModelReply(
            text: "", stop: .toolUse, usage: Usage(input: 5, output: 2, cacheRead: 3), cost: .microdollars(1500),
            model: "qwen")
        var fold = SpanFold(session: "s", capturesContent: false)
        let spans = events([
            (place, .taskSubmitted(TaskSubmitted(task: "secret"))),
            (place, .cellStarted(Cell(number: 1, code: "secret"))),
            (place, .hostCalled(HostCalled(cell: 1, call: 1, name: "delegate", arguments: ["a": "secret"], slices: 0))),
            (
                place,
                .subtaskStarted(
                    SubtaskStarted(
                        id: 1, label: "secret", place: child, agent: agent, task: "secret", model: "m", maxTurns: 1))
            ),
            (place, .hostAnswered(HostAnswered(call: 1, name: "delegate", value: ["a": "secret"]))),
            (child, turn(1, at: child)),
            (child, .turnFinished(TurnFinished(turn: 1, reply: reply, seconds: 1))),
            (place, .subtaskFinished(SubtaskOutcome(id: 1, label: "secret", place: child, status: .failed))),
            (place, .cellFinished(CellResult(number: 1, status: .ok, seconds: 1))),
            (place, .taskFinished(TaskOutcome(status: .complete, answer: "secret"))),
        ]).flatMap { fold.take($0) }
        #expect(fold.drain().isEmpty)
        let named = Dictionary(uniqueKeysWithValues: spans.map { ($0.name, $0) })
        let task = try #require(named["invoke_agent coordinator"])
        let cell = try #require(named["execute_tool python"])
        let call = try #require(named["execute_tool lathe.delegate"])
        let subtask = try #require(named["invoke_agent analyst"])
        let chat = try #require(named["chat qwen"])
        #expect(task.parent == nil)
        #expect([cell.parent, call.parent, subtask.parent, chat.parent] == [task.id, cell.id, call.id, subtask.id])
        #expect(Set(spans.map(\.trace)).count == 1)
        #expect(subtask.failure == "failed")
        #expect(chat.attributes["gen_ai.usage.input_tokens"] == 8)
        #expect(chat.attributes["lathe.cost.usd"] == 0.0015)
        #expect(chat.attributes["server.address"] == "host")
        let text = OTLPDocument(attributes: [:], version: "1").traces(spans).text
        #expect(!text.contains("secret"))
    }

    @Test func `what never ended is told as unfinished`() {
        var fold = SpanFold(session: "s", capturesContent: false)
        let begun = events([
            (place, .taskSubmitted(TaskSubmitted(task: "t"))), (place, turn(1, at: place)),
        ])
        #expect(begun.flatMap { fold.take($0) }.isEmpty)
        #expect(fold.drain().map(\.failure) == ["unfinished", "unfinished"])
        #expect(fold.drain().isEmpty)
    }

    @Test func `a call that nobody knows gets no name of its own`() {
        #expect(GenAIName.tool("secret-4711") == "lathe.unknown_call")
    }

    @Test func `metrics count what was used and leave out what was replayed`() {
        var metrics = MetricFold()
        var span = Span(
            trace: "", id: "", name: "chat m", kind: .client, start: 1, end: 1.5,
            attributes: [
                GenAIName.operation: "chat", GenAIName.inputTokens: 100, GenAIName.outputTokens: 3,
                GenAIName.costUSD: 0.25,
            ])
        metrics.take(span)
        metrics.take(span)
        span.attributes[GenAIName.isReplayed] = true
        metrics.take(span)
        #expect(metrics.durations.values.map(\.count) == [2])
        #expect(metrics.tokens.values.map(\.sum).sorted() == [6, 200])
        #expect(metrics.cost.values.map { $0 } == [0.5])
        // 100 tokens lie between 64 and 256: the fifth of the buckets.
        #expect(metrics.tokens.values.contains { $0.buckets[4] == 2 })
    }
}
