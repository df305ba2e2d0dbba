import Foundation
import LatheStore
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// A task whose program run ended in the middle is gone on with: the journal of an undisturbed run is cut after an event, and what
/// follows must be as it was, with no reply asked for twice.
@Suite(.serialized) struct ResumeTests {
    private static let first = """
        import pandas as pd
        frame = pd.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        count = globals().get("count", 0) + 1
        """
    private static let second = """
        count += 10
        agent = lathe.agent(name="adder", instructions="Add up v.", returns={"total": int})
        outcomes = lathe.delegate_each(agent, frame.groupby("k"), task="add")
        word = lathe.ask_model("Which word?")
        """
    private static let third = """
        total = sum(o.value["total"] for o in outcomes)
        lathe.answer(f"{total} {word} {count} {len(outcomes)}")
        """

    private static func call(_ id: String, _ code: String) -> ToolCall { ToolCall(id: id, code: code) }

    /// Every reply by place and turn.
    private static func line(_ place: Place, _ turn: Int) -> ScriptedModel.Line? {
        let usage = Usage(input: 100, output: 10)
        switch (place.path.last ?? "", turn) {
        case ("coordinator", 0):
            return .reply(
                ModelReply(
                    text: "", calls: [call("1", first), call("2", second)], stop: .toolUse, usage: usage, model: "m"))
        case ("coordinator", 1): return .code(third)
        case ("ask", 0): return .text("heron")
        case ("a", 0), ("b", 0): return .code("half = int(data['v'].sum())")
        case ("a", 1), ("b", 1): return .code("lathe.answer({'total': half})")
        default: return nil
        }
    }

    private func model(after past: [Event]) -> ScriptedModel {
        var answered: [Place: Int] = [:]
        for event in past { if case .turnFinished = event.body { answered[event.place, default: 0] += 1 } }
        return ScriptedModel { [answered] place, index in Self.line(place, index + answered[place, default: 0]) }
    }

    /// The journal of a run that nothing disturbed.
    private func undisturbed() async throws -> [Event] {
        try await TestSession.run(model(after: [])) { session in
            let outcome = try await session.engine.ask("sum", budget: BudgetLimits(tokens: 900_000))
            #expect(outcome.answer == "6 heron 11 2")
            return await session.journal.events(after: 0)
        }
    }

    /// One cut after each kind of event at each place, the last of its kind there too.
    private func cuts(of events: [Event]) -> [Int] {
        var (first, last): ([String: Int], [String: Int]) = ([:], [:])
        for (index, event) in events.dropLast().enumerated() {
            guard event.sequence > 0, events[...index].contains(where: { $0.body.kind == .taskSubmitted }) else {
                continue
            }
            let key = "\(event.place) \(event.body.kind)"
            first[key] = first[key] ?? index + 1
            last[key] = index + 1
        }
        return Set(first.values).union(last.values).sorted()
    }

    @Test func `after an end at any event the task goes on to the same outcome and nothing is paid twice`() async throws
    {
        let whole = try await undisturbed()
        let all = cuts(of: whole)
        #expect(all.count > 20)
        // A tenth of a minute here; `make faults` tries all of them.
        let isThorough = ProcessInfo.processInfo.environment["LATHE_ALL_CUTS"] != nil
        for (index, cut) in all.enumerated() where isThorough || index % 8 == 3 {
            let past = Array(whole.prefix(cut))
            try await goOn(from: past, "after event \(cut), \(past[cut - 1].body.kind) at \(past[cut - 1].place)")
        }
    }

    private func goOn(from past: [Event], _ where: String) async throws {
        let comment = Comment(rawValue: `where`)
        let model = model(after: past)
        try await TestSession.run(model, past: past, intent: .resume(Resumption())) { session in
            let resumed = try await session.engine.resume()
            let outcome = try #require(resumed, comment)
            #expect(outcome.answer == "6 heron 11 2", comment)
            #expect(outcome.status == .complete, comment)
            #expect(outcome.subtasks == 2, comment)
            #expect(outcome.turns == 7, comment)
            #expect(outcome.usage.total == 770, comment)
            let arrived = past.count { $0.body.kind == .turnFinished }
            #expect(model.requests.count == 7 - arrived, comment)
            let events = await session.journal.events(after: 0)
            let ended = events.compactMap {
                if case .subtaskFinished(let outcome) = $0.body { outcome.id } else { nil }
            }
            #expect(ended.sorted() == [1, 2], comment)
            let names = await session.engine.variables.items.map(\.name)
            #expect(Set(names).isSuperset(of: ["frame", "count", "outcomes", "word", "total"]), comment)
        }
    }

    @Test func `what an interrupted request had set aside counts as spent`() async throws {
        let model = ScriptedModel { _, _ in .text("done") }
        let request = ModelRequest(place: .coordinator, turn: 1, system: "s", messages: [])
        let past = [
            event(1, .taskSubmitted(TaskSubmitted(task: "say", budget: BudgetLimits(tokens: 50_000), maxTurns: 5))),
            event(2, .turnStarted(TurnStarted(turn: 1, model: "m", request: request, reserved: ["tokens": 49_900]))),
        ]
        try await TestSession.run(model, past: past, intent: .resume(Resumption())) { session in
            let resumed = try await session.engine.resume()
            let outcome = try #require(resumed)
            #expect(outcome.status == .outOfBudget)
            #expect(outcome.reason.contains("100 tokens are left"))
            #expect(model.requests.isEmpty)
            let events = await session.journal.events(after: 2)
            let told = events.compactMap { if case .taskResumed(let told) = $0.body { told } else { nil } }
            #expect(told.first?.resent == ["coordinator turn 1"])
            #expect(told.first?.possiblySpent == ["tokens": 49_900])
        }
        let more = Resumption(budget: BudgetLimits(tokens: 100_000))
        try await TestSession.run(model, past: past, intent: .resume(more)) { session in
            let resumed = try await session.engine.resume()
            #expect(resumed?.answer == "done")
            #expect(model.requests.last?.turn == 1)
        }
    }

    @Test func `a subtask whose cell is in the saved memory is cancelled, and user and model are told`() async throws {
        let root = FileManager.default.temporaryDirectory.path + "/lathe-resume-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let memory = SessionMemory(archive: MemoryFolder(path: root + "/memory"), inputs: [], limit: 1 << 30)
        let first = ScriptedModel { place, index in
            place == .coordinator && index == 0 ? .code("s = lathe.delegate('look at it', 'x')") : .hang
        }
        let whole = try await TestSession.run(first, memory: memory) { session in
            let events = session.log.watch()
            let work = Task { try await session.engine.ask("x") }
            var wanted: Set<EventBody.Kind> = [.memorySaved, .subtaskStarted]
            for await event in events where wanted.remove(event.body.kind) != nil && wanted.isEmpty { break }
            let whole = await session.journal.events(after: 0)
            work.cancel()
            _ = try await work.value
            return whole
        }
        let model = ScriptedModel([.code("lathe.answer('done')")])
        try await TestSession.run(model, past: whole, intent: .resume(Resumption()), memory: memory) { session in
            let outcome = try #require(try await session.engine.resume())
            #expect((outcome.answer, outcome.status) == ("done", .incomplete), "\(outcome.reason)")
            #expect(outcome.failedSubtasks.map(\.status) == [.cancelled])
            #expect(model.requests[0].state.contains("problem: The subtask look_at_it was under way when lathe ended"))
        }
    }

    @Test func `an effect outside of the session whose outcome is unknown is named before anything is repeated`() {
        let save = HostCalled(cell: 1, call: 1, name: "save_function", arguments: ["name": "f"], slices: 0)
        let reply = ModelReply(text: "", calls: [Self.call("1", "x")], stop: .toolUse, model: "m")
        var past = [
            event(1, .taskSubmitted(TaskSubmitted(task: "save"))),
            event(2, .turnFinished(TurnFinished(turn: 1, reply: reply, seconds: 0))),
            event(3, .cellStarted(Cell(number: 1, code: "x"))), event(4, .hostCalled(save)),
        ]
        #expect(SessionPast(past).unknownCalls.map(\.title) == ["save_function f in cell 1"])
        past.append(event(5, .hostAnswered(HostAnswered(call: 1, name: "save_function", value: ["path": "f.py"]))))
        #expect(SessionPast(past).unknownCalls.isEmpty)
        // Run again: the call that repeats an answered one has its outcome already.
        past.append(event(6, .taskResumed(TaskResumed(task: "save", cell: 1, recordedCalls: 1))))
        past.append(event(7, .cellStarted(Cell(number: 1, code: "x"))))
        past.append(
            event(8, .hostCalled(HostCalled(cell: 1, call: 2, name: save.name, arguments: save.arguments, slices: 0))))
        #expect(SessionPast(past).unknownCalls.isEmpty)
    }

    @Test func `a task that ended is not gone on with`() async throws {
        let past = [
            event(1, .taskSubmitted(TaskSubmitted(task: "x"))),
            event(2, .taskFinished(TaskOutcome(status: .complete, answer: "y"))),
        ]
        #expect(SessionPast(past).unfinished == nil)
        try await TestSession.run(ScriptedModel([]), past: past, intent: .resume(Resumption())) { session in
            let resumed = try await session.engine.resume()
            #expect(resumed == nil)
        }
    }

    @Test func `every host call has a class of effect`() async throws {
        let documented = try BuiltParts.find().root + "/docs/kernel-protocol.md"
        let text = try String(contentsOfFile: documented, encoding: .utf8)
        for (name, effect) in HostEffect.ofCalls {
            #expect(text.contains("| `\(name)` | \(effect) |"), "\(name) is \(effect) in code")
        }
    }

    private func event(_ sequence: Int, _ body: EventBody) -> Event {
        Event(sequence: sequence, time: Double(sequence), place: .coordinator, body: body)
    }
}
