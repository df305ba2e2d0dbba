import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// How tasks end that do not end well, through the engine with real kernels.
@Suite(.serialized) struct StopTests {
    @Test(arguments: [
        ("I'll start by looking at the data.", true), ("First some numbers. Next, I will compute the mean.", true),
        ("Here is the plan:", true), ("- Let me check the columns", true), ("Ich werde jetzt die Daten laden.", true),
        ("The mean is 4.2.", false), ("Let me know if you need more.", false), ("", false),
        ("I looked. The answer is 7, since all others are empty.", false),
        ("What I will say is long. " + String(repeating: "The mean is 4. ", count: 50) + "I will stop.", false),
    ])
    func `a mere announcement is told from an answer`(text: String, isOne: Bool) {
        #expect(Announcement.isOne(text, upTo: 600) == isOne)
    }

    @Test func `a reply that only announces is never an answer`() async throws {
        let model = ScriptedModel([.text("I will now compute it."), .text("7")])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.status == .complete && outcome.answer == "7")
            #expect(outcome.turns == 2)
        }
        let only = ScriptedModel { _, _ in .text("Let me compute the mean.") }
        try await TestSession.run(only) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.status == .failed && outcome.answer == "")
            #expect(outcome.partial == "Let me compute the mean.")
            #expect(only.requests.count == 3)
        }
    }

    @Test func `the same cell with the same result is told, then stopped; one that gets on is not`() async throws {
        let stuck = ScriptedModel { _, _ in .code("print('no')") }
        try await TestSession.run(stuck) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.status == .incomplete)
            #expect(outcome.reason.hasPrefix("stalled: the model sent the same cell with the same result 7 times"))
            let found = await session.journal.events(after: 0).compactMap { event in
                if case .stallFound(let found) = event.body { found } else { nil }
            }
            #expect(found.map(\.step) == [.told, .replanned, .replanned, .ended])
            #expect(found.first?.told?.contains("you sent the same cell with the same result 3 times") == true)
        }
        let polls = ScriptedModel { _, index in
            index == 0
                ? .code("n = 0") : .code("n += 1\nprint(n)\nif n == 7: lathe.answer('seven')")
        }
        try await TestSession.run(polls) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "seven")
        }
    }

    @Test func `a model that claims completion while subtasks failed is told once, and may mend it`() async throws {
        let delegating =
            "o = lathe.delegate_each('Count.', {'a': 1, 'b': 2}, returns=int)\nlathe.answer(repr(o.values()))"
        let mending = "again = lathe.delegate_each('Count.', {'b': 2}, returns=int)\nlathe.answer('all of it')"
        for mends in [true, false] {
            let model = ScriptedModel { place, index in
                switch place.description {
                case "coordinator": [.code(delegating), .code(mends ? mending : "lathe.answer('b is missing')")][index]
                case "coordinator/b": .text("no number")
                default: .code("lathe.answer(1)")
                }
            }
            try await TestSession.run(model) { session in
                let outcome = try await session.engine.ask("x")
                #expect(outcome.status == (mends ? .complete : .incomplete))
                #expect(outcome.answer == (mends ? "all of it" : "b is missing"))
                guard
                    case .text(let told)? = model.requests.last(where: { $0.place == .coordinator })?.messages.last?
                        .blocks.last
                else { return #expect(Bool(false), "it was not told") }
                #expect(told.hasPrefix("Not complete: 1 of 2 subtasks did not complete: b."))
                #expect(told.contains("- b (failed): three replies in a row"))
            }
        }
    }

    @Test func `a subtask whose own subtasks failed is not complete, until it is run again with success`() async throws
    {
        let outer = "lathe.delegate('Look into it.', 'x', label='outer').outcome()"
        let inner = "o = lathe.delegate('Count.', 'x', returns=int, label='inner').outcome()\nlathe.answer('all of it')"
        for mends in [true, false] {
            let model = ScriptedModel { place, index in
                switch place.description {
                case "coordinator":
                    let work = index > 0 ? "" : "o = \(outer)\n" + (mends ? "\(outer)\n" : "")
                    return .code(work + "lathe.answer(f'{o.status} {o.partial}')")
                case "coordinator/outer": return .code(index == 0 ? inner : "lathe.answer('all of it')")
                case "coordinator/outer#2": return .code("lathe.answer('all of it')")
                default: return .text("no number")
                }
            }
            try await TestSession.run(model) { session in
                let outcome = try await session.engine.ask("x")
                #expect(outcome.answer == "incomplete all of it")
                #expect(outcome.status == (mends ? .complete : .incomplete), "\(outcome.reason)")
                let told = model.requests.filter { $0.place.description == "coordinator/outer" }.last?.messages.last
                #expect(told.map { "\($0)" }?.contains("1 of 1 subtasks did not complete: inner") == true)
            }
        }
    }

    @Test func `an optional subtask may fail, and what a failed one had is kept`() async throws {
        let code = """
            t = lathe.delegate('Count.', 'do', returns={'n': int}, required=False, label='t')
            o = t.outcome()
            lathe.answer(f'{o.status} {o.partial}')
            """
        let model = ScriptedModel { place, _ in
            place == .coordinator ? .code(code) : .code("lathe.answer({'n': 'many'})")
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.status == .complete)
            #expect(outcome.answer == #"failed {"n":"many"}"#)
        }
    }

    @Test func `code of a reply that was refused or cut is not run`() async throws {
        let call = ToolCall(id: "1", code: "lathe.answer('never')")
        for stop in [StopReason.refusal, .maxTokens] {
            let reply = ModelReply(text: "No.", calls: [call], stop: stop, model: "m")
            let model = ScriptedModel { _, _ in .reply(reply) }
            try await TestSession.run(model) { session in
                let outcome = try await session.engine.ask("x")
                #expect(outcome.status == (stop == .refusal ? .refused : .incomplete))
                #expect(outcome.answer == "")
                #expect(await session.journal.events(after: 0).allSatisfy { $0.body.kind != .cellStarted })
            }
        }
    }

    @Test func `an overloaded account stops what has not begun, and a conversation goes on after the rest`()
        async throws
    {
        let code = "o = lathe.delegate_each('Count.', list(range(20)), returns=int, parallel=2)\nprint(len(o.failed()))"
        let model = ScriptedModel { place, index in
            if place == .coordinator { return index == 0 ? .code(code) : .text("Nothing could be counted.") }
            return .failure(ModelError(.overloaded, "Busy."))
        }
        var limits = EngineLimits()
        limits.accountRest = 1.5
        try await TestSession.run(model, limits: limits) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "Nothing could be counted.")
            #expect(outcome.status == .incomplete)
            let ended = outcome.failedSubtasks
            #expect(ended.count == 20)
            #expect(ended.contains { $0.status == .notRun && $0.reason.contains("Its calls are stopped for another") })
            #expect(model.requests.filter { $0.place != .coordinator }.count < 20)
        }
    }

    @Test func `every event that ends something says how, in the journal's own words`() {
        let reply = { (stop: StopReason) in
            EventBody.turnFinished(
                TurnFinished(turn: 1, reply: ModelReply(text: "", stop: stop, model: "m"), seconds: 0))
        }
        #expect(
            [StopReason.endTurn, .refusal, .maxTokens, .contextFull].map { reply($0).outcome }
                == [.complete, .refused, .incomplete, .incomplete])
        let failures: [(ModelError.Code, Bool?, OutcomeStatus)] = [
            (.billing, nil, .failed), (.billing, true, .notRun), (.budget, nil, .outOfBudget),
            (.cancelled, nil, .cancelled),
        ]
        for (code, isUnsent, status) in failures {
            let failed = EventBody.turnFailed(TurnFailed(turn: 1, code: code, reason: "", isUnsent: isUnsent))
            #expect(failed.outcome == status)
        }
        #expect(
            [CellStatus.ok, .error, .died, .interrupted].map(\.outcome) == [.complete, .failed, .failed, .cancelled])
        #expect(EventBody.notice(Notice(.info, "")).outcome == nil)
    }
}
