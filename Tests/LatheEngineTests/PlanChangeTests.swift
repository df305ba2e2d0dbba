import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// A plan that its owner changes from another terminal while it runs, with real kernels.
@Suite(.serialized) struct PlanChangeTests {
    private static let plan = """
        frame = pd.DataFrame({"v": [1, 2, 3]})
        p = lathe.plan("Count all", [
            lathe.step("left", "Take v above 1.", data=frame, returns={"v": [int]}),
            lathe.step("sum", "Add them.", needs=["left"], returns={"total": int}),
            lathe.step("extra", "Look for more.", lathe.agent("seeker", "Seek."), needs=["left"]),
        ])
        r = p.run()
        print(r)
        lathe.answer(r.markdown())
        """
    /// Works on until somebody says something, so that the plan stands still there.
    private static let left = """
        import time
        while not lathe.messages(all=True): time.sleep(0.02)
        lathe.answer({'v': [int(one) for one in data['v'] if one > 1]})
        """

    private static func line(_ place: Place, _ turn: Int) -> ScriptedModel.Line? {
        switch (place.path.last ?? "", turn) {
        case ("coordinator", 0): .code(plan)
        case ("left", 0): .code(left)
        case ("check", 0): .code("lathe.answer(f\"{data['left']['v']} checked\")")
        case ("sum", 0): .code("lathe.answer({'total': sum(data['left']['v']) + len(data['check'])})")
        default: nil
        }
    }

    /// The extra step goes, one comes in between, and the last one is told otherwise.
    private static let wanted = """
        {"drop": ["extra"], "because": "too dear", "steps": [
            {"name": "check", "task": "Check them.", "agent": "seeker", "needs": ["left"]},
            {"name": "sum", "task": "Add what was checked.", "needs": ["left", "check"], "budget": {"tokens": "20k"}}]}
        """

    private let hands = RunHands(stop: { false }, decide: { _, _ in false }, waits: { _ in false })

    private func change(_ session: TestSession, _ text: String) async throws -> String {
        let change = try PlanChange(JSONValue(parsing: Array(text.utf8)))
        let request = try ControlRequest(line: Array(ControlRequest(.plan, plan: change).line.utf8))
        return await session.engine.step(request, user: 1, process: 2, hands).line
    }

    private func tell(_ session: TestSession) async {
        _ = await session.engine.step(ControlRequest(.tell, agent: "left", text: "go"), user: 1, process: 2, hands)
    }

    private func until(_ session: TestSession, _ condition: (Event) -> Bool) async throws {
        while await !session.journal.events(after: 0).contains(where: condition) {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func isRunning(_ event: Event, _ step: String) -> Bool {
        if case .planStep(let one) = event.body { one.step == step && one.state == .running } else { false }
    }

    private func check(_ outcome: TaskOutcome?, _ events: [Event], _ what: String) {
        #expect(outcome?.status == .complete && outcome?.answer.contains("{total: 19}") == true, "\(what)")
        #expect(outcome?.answer.contains("the user took out 'extra', added 'check', changed 'sum'") == true, "\(what)")
        let made = events.compactMap { if case .planMade(let one) = $0.body { one } else { nil } }
        #expect(made.map(\.revision) == [1, 2] && made.last?.decided == .edited, "\(what)")
        #expect(made.last?.steps.map(\.name) == ["left", "sum", "check"], "\(what)")
        #expect(!events.contains { isRunning($0, "extra") }, "\(what)")
        let check = events.compactMap { event -> SubtaskStarted? in
            if case .subtaskStarted(let one) = event.body, one.label == "check" { one } else { nil }
        }
        // The agent that only code had defined.
        #expect(check.map(\.agent.name) == ["seeker"], "\(what)")
    }

    private func changed() async throws -> [Event] {
        let model = ScriptedModel { Self.line($0, $1) }
        return try await TestSession.run(model) { session in
            #expect(try await change(session, Self.wanted).contains("this session has no plan"))
            async let outcome = session.engine.ask("Count", budget: BudgetLimits(tokens: 2_000_000))
            try await until(session) { isRunning($0, "left") }
            for (text, reason) in [
                (#"{"drop": ["left"]}"#, "step 'left' runs (subtask://1): cancel it first"),
                (#"{"drop": ["nobody"]}"#, "there is no step 'nobody'; there are left, sum, extra"),
                (
                    #"{"steps": [{"name": "sum", "needs": ["extra"]}, {"name": "extra", "needs": ["sum"]}]}"#,
                    "in a circle"
                ),
                (#"{"steps": [{"name": "sum", "agent": "nobody_such"}]}"#, "step 'sum':"),
                (#"{"steps": [{"name": "sum", "budget": {"tokens": 9000000}}]}"#, "are left for it"),
                (#"{"steps": [{"name": "new"}]}"#, "a new one needs a task"),
                (#"{"steps": [{"name": "sum", "required": true}]}"#, "this changes nothing"),
                (#"{"plan": 2, "drop": ["extra"]}"#, "this session has no plan 2"),
            ] {
                let said = try await change(session, text)
                #expect(said.contains("refused") && said.contains(reason), "\(said)")
            }
            let done = try await change(session, Self.wanted)
            #expect(
                done.contains("plan 1, revision 2: 3 steps") && done.contains("changed 'sum' (task, needs, budget)"))
            await tell(session)
            let ended = try await outcome
            let events = await session.journal.events(after: 0)
            check(ended, events, await RoundtableTests.output(session))
            let refused = events.compactMap { if case .planRefused(let one) = $0.body { one } else { nil } }
            #expect(refused.count == 7 && refused.allSatisfy { $0.asked != nil && $0.plan == 1 })
            #expect(model.requests.contains { "\($0.messages)".contains("Add what was checked.") })
            #expect(try await change(session, Self.wanted).contains("plan 1 has ended"))
            return events
        }
    }

    @Test func `an owner changes what of a plan has not begun, and it stays so after an end at any moment`()
        async throws
    {
        let whole = try await changed()
        let asked = whole.lastIndex { if case .steppedIn(let one) = $0.body { one.action == .plan } else { false } }
        let made = whole.lastIndex { $0.body.kind == .planMade }
        let begun = whole.lastIndex { isRunning($0, "check") }
        for cut in [asked, made, begun] {
            let past = Array(whole[...(try #require(cut))])
            var done: [Place: Int] = [:]
            for event in past where event.body.kind == .turnFinished { done[event.place, default: 0] += 1 }
            let model = ScriptedModel { [done] in Self.line($0, $1 + done[$0, default: 0]) }
            try await TestSession.run(model, past: past, intent: .resume(Resumption())) { session in
                async let outcome = session.engine.resume()
                let isTold = Task {
                    while !Task.isCancelled {
                        await tell(session)
                        try await Task.sleep(for: .milliseconds(50))
                    }
                }
                let ended = try await outcome
                isTold.cancel()
                let events = await session.journal.events(after: 0)
                let output = await RoundtableTests.output(session)
                check(ended, events, "after \(past.last.map { "\($0.body)" } ?? ""): \(output)")
            }
        }
        // A replay makes it where it was made, once as many steps have begun.
        let changes = PlanChanges(following: whole)
        #expect(!changes.isDue(1, at: .coordinator, begun: []) && changes.isDue(1, at: .coordinator, begun: ["left"]))
        #expect(changes.next(1, at: .coordinator, begun: ["left"])?.change.drop == ["extra"])
        try read(whole, upTo: try #require(made))
    }

    /// What another terminal shows and makes of an edited text.
    private func read(_ whole: [Event], upTo made: Int) throws {
        let before = try PlanShown(Array(whole[..<made]), number: nil)
        #expect(before.text.contains("# left (worker) running, subtask://1") && !before.text.contains("step: left"))
        let text =
            before.text.replacing("budget: ", with: "budget: tokens 30k", maxReplacements: 1)
            + "\nstep: last\nneeds: extra\ntask:\n  Tell it.\n  Twice.\n"
        let change = try before.change(text.replacing("agent: seeker", with: "agent: worker"))
        var (sum, extra) = (PlanChange.Edit("sum"), PlanChange.Edit("extra"))
        (sum.budget, extra.agent) = (BudgetLimits(tokens: 30_000), "worker")
        var last = PlanChange.Edit("last")
        (last.task, last.needs) = ("Tell it.\nTwice.", ["extra"])
        var expected = PlanChange(plan: 1)
        expected.steps = [sum, extra, last]
        #expect(change == expected)
        for (bad, reason) in [
            ("step: sum\nneeds left\n", "line 2: a line is `name: value`"),
            ("step: left\ntask: Otherwise.\n", "step 'left' has begun"),
            ("step: sum\nbudget: much\n", "line 2: a budget is of NAME VALUE"),
            (before.text, "this changes nothing"), ("plan", "this text has no line `step: NAME`"),
            ("step: sum\nbudget: tokens -3\n", "line 2: tokens takes a number"),
        ] {
            #expect(throws: ControlRefusal.self, "\(reason)") { try before.change(bad) }
            do throws(ControlRefusal) { _ = try before.change(bad) } catch { #expect(error.reason.hasPrefix(reason)) }
        }
        let after = try PlanShown(whole, number: 1)
        #expect(after.text.contains("; ended") && after.text.contains("nothing of it can be changed"))
        #expect(after.text.contains("check (seeker) complete"))
    }
}
