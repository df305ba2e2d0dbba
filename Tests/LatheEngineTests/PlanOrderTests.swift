import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// In which order steps of a plan are taken that ended apart, also by a cell that runs again; and what is said to the code that waits
/// for them.
@Suite(.serialized) struct PlanOrderTests {
    /// `slow` stands first and ends late: once what `quick` asked for is complete.
    private static let plan = """
        p = lathe.plan("Dig", [
            lathe.step("slow", "Dig.", returns={"n": int}),
            lathe.step("quick", "Look.", returns={"n": int}),
            lathe.step("end", "Sum.", needs=["slow", "quick"], returns={"said": str}),
        ], "hierarchical")
        r = p.run(on_step=lambda o: lathe.send("slow", "go") if o.name == "quick/part" else None)
        print(r)
        lathe.answer(r.markdown())
        """

    private static func line(_ place: Place, _ turn: Int) -> ScriptedModel.Line? {
        guard turn == 0 else { return nil }
        return switch place.path.last {
        case "coordinator": .code(plan)
        case "slow":
            .code(
                """
                import time
                while not lathe.messages(all=True): time.sleep(0.02)
                lathe.answer({"result": {"n": 1}, "steps": [{"name": "more", "task": "Dig deeper."}]})
                """)
        case "quick":
            .code(#"lathe.answer({"result": {"n": 2}, "steps": [{"name": "part", "task": "Look closer."}]})"#)
        case "slow∕more", "quick∕part": .code(#"lathe.answer({"result": "seen"})"#)
        case "end": .code(#"lathe.answer({"result": {"said": " ".join(sorted(data))}})"#)
        default: nil
        }
    }

    private func course(_ events: [Event], _ state: PlanStepChanged.State) -> [String] {
        events.compactMap { event in
            guard case .planStep(let one) = event.body, one.state == state else { return nil }
            return one.step
        }
    }

    private func check(_ outcome: TaskOutcome?, _ events: [Event], _ what: String) {
        #expect(outcome?.status == .complete, "\(what)")
        #expect(outcome?.answer.contains("quick quick/part slow slow/more") == true, "\(what)")
        #expect(course(events, .complete) == ["quick", "quick/part", "slow", "slow/more", "end"], "\(what)")
        #expect(course(events, .running).sorted() == ["end", "quick", "quick/part", "slow", "slow/more"], "\(what)")
        let made = events.compactMap { if case .planMade(let one) = $0.body { one } else { nil } }
        #expect(made.map(\.revision) == [1, 2, 3], "\(what)")
        #expect(made.map(\.because) == [nil, "step 'quick' asked for more", "step 'slow' asked for more"], "\(what)")
        #expect(!events.contains { $0.body.kind == .planRefused }, "\(what)")
    }

    @Test func `steps that ended apart are taken in the same order by a cell that runs again`() async throws {
        let whole = try await TestSession.run(ScriptedModel { Self.line($0, $1) }) { session in
            let outcome = try await session.engine.ask("Dig")
            let events = await session.journal.events(after: 0)
            check(outcome, events, await RoundtableTests.output(session))
            return events
        }
        let cuts = whole.indices.filter { index in
            switch whole[index].body {
            case .planMade(let one): one.revision == 3
            case .planStep(let one): one.step == "slow/more" || one.step == "slow" && one.state == .complete
            default: false
            }
        }
        #expect(cuts.count == 4)
        for cut in cuts {
            let past = Array(whole[...cut])
            var done: [Place: Int] = [:]
            for event in past where event.body.kind == .turnFinished { done[event.place, default: 0] += 1 }
            let model = ScriptedModel { [done] in Self.line($0, $1 + done[$0, default: 0]) }
            try await TestSession.run(model, past: past, intent: .resume(Resumption())) { session in
                let outcome = try await session.engine.resume()
                let told = await RoundtableTests.output(session)
                check(outcome, await session.journal.events(after: 0), "after \(past[cut].body): \(told)")
            }
        }
    }

    @Test func `what is urgent reaches the code that runs a plan, which may reply, or stop the plan`() async throws {
        let cells = [
            """
            p = lathe.plan("Ask", [lathe.step("asker", "Ask.", returns={"said": str}), lathe.step("other", "Look.")])
            r = p.run(on_message=lambda m: lathe.reply(m, f"{m.text} JFK"))
            print(r["asker"])
            """,
            """
            p = lathe.plan("Warn", [lathe.step("warner", "Look.", required=False),
                lathe.step("next", "Go on.", needs=["warner"], required=False)])
            r = p.run(on_message=lambda m: m.text == "fire")
            print([(o.name, o.state, o.status, o.reason) for o in r.failed])
            lathe.answer("done")
            """,
        ]
        let model = ScriptedModel { place, turn in
            switch (place.path.last ?? "", turn) {
            case ("coordinator", 0...1): .code(cells[turn])
            case ("asker", 0):
                .code(#"lathe.answer({"said": lathe.request("parent", "which?", timeout=120).text})"#)
            case ("other", 0): .code("lathe.answer('seen')")
            case ("warner", 0):
                .code("import time\nlathe.send('parent', 'fire', important=True)\nwhile True: time.sleep(0.05)")
            default: nil
            }
        }
        try await TestSession.run(model) { session in
            _ = try await session.engine.ask("Ask")
            let told = await RoundtableTests.output(session)
            #expect(told.contains("{'said': 'which? JFK'}"), "\(told)")
            #expect(told.contains("('warner', 'failed', 'cancelled', "), "\(told)")
            #expect(told.contains("('next', 'not_run', '', 'a message stopped the plan (on_message)')"), "\(told)")
            let begun = course(await session.journal.events(after: 0), .running)
            #expect(begun.sorted() == ["asker", "other", "warner"])
        }
    }
}
