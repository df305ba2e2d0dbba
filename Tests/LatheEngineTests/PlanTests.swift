import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Plans whose steps' replies are written down, each in a real kernel of its own.
@Suite(.serialized) struct PlanTests {
    private static let steps = """
        frame = pd.DataFrame({"v": [1, 2, 3]})
        steps = [
            lathe.step("left", "Take v above 1.", data=frame, returns=lathe.Table),
            lathe.step("right", "Count rows.", data=frame, returns={"n": int}),
            lathe.step("sum", "Bring together.", needs=["left", "right"], data={"k": 10}, returns={"total": int}),
            lathe.step("extra", "Look for more.", required=False),
        ]
        """

    private static func running(_ more: String = "", run: String = "") -> String {
        """
        p = lathe.plan("Count all", steps\(more))
        print(p)
        r = p.run(\(run))
        print(r)
        print(r.table.to_string())
        lathe.answer(r.markdown())
        """
    }

    /// What the workers of these steps say first.
    private static func worker(_ name: String) -> ScriptedModel.Line? {
        switch name {
        case "left": .code("lathe.answer(data[data['v'] > 1])")
        case "right": .code("lathe.answer({'n': len(data)})")
        case "sum":
            .code(
                "lathe.answer({'total': int(data['left']['v'].sum()) + data['right']['n'] + data['data']['k']})")
        default: nil
        }
    }

    private struct Ran {
        var outcome: TaskOutcome
        var events: [Event]
        var asked: [ModelRequest]
        var told: String

        func words(_ place: String) -> String {
            asked.filter { $0.place.path.last == place }.map { "\($0.messages)" }.joined().replacing("\\'", with: "'")
        }

        var made: [PlanMade] { events.compactMap { if case .planMade(let one) = $0.body { one } else { nil } } }
        var refused: [PlanRefused] {
            events.compactMap { if case .planRefused(let one) = $0.body { one } else { nil } }
        }
        var ended: [PlanEnded] { events.compactMap { if case .planEnded(let one) = $0.body { one } else { nil } } }

        /// `left running 1`, in order.
        func course(of step: String? = nil) -> [String] {
            events.compactMap { event in
                guard case .planStep(let one) = event.body, step == nil || one.step == step else { return nil }
                return "\(one.step) \(one.state.rawValue) \(one.attempt)"
            }
        }
    }

    private func run(
        _ codes: [String], limits: EngineLimits = EngineLimits(), review: (any PlanReview)? = nil,
        budget: BudgetLimits = BudgetLimits(), _ worker: @escaping @Sendable (String, Int) -> ScriptedModel.Line?
    ) async throws -> Ran {
        let model = ScriptedModel { place, turn in
            guard place == .coordinator else { return worker(place.path.last ?? "", turn) }
            return codes.indices.contains(turn) ? .code(codes[turn]) : .text("I stop here.")
        }
        return try await TestSession.run(model, limits: limits, review: review) { session in
            let outcome = try await session.engine.ask("Count", budget: budget)
            return Ran(
                outcome: outcome, events: await session.journal.events(after: 0), asked: model.requests,
                told: await RoundtableTests.output(session))
        }
    }

    @Test func `results flow by reference to what needs them, and an optional step may fail`() async throws {
        let ran = try await run([Self.steps, Self.running()]) { name, _ in Self.worker(name) }
        #expect(ran.outcome.status == .complete, "\(ran.outcome.reason) \(ran.told)")
        #expect(ran.outcome.answer.contains("{total: 18}"), "\(ran.outcome.answer)")
        #expect(ran.outcome.answer.contains("**extra** failed, optional"))
        #expect(ran.told.contains("[plan 1: 4 steps, parallel; expected"))
        let course = ran.course()
        #expect(Set(course.prefix(3)) == ["left running 1", "right running 1", "extra running 1"])
        #expect(ran.course(of: "sum") == ["sum running 1", "sum complete 1"])
        #expect(ran.ended.map(\.status) == [.complete])
        #expect(ran.words("sum").contains("'left': DataFrame of shape (2, 1), columns: v (int64)"))
        #expect(ran.words("sum").contains("'data' (your own): a dict"))
    }

    @Test func `a plan that cannot be is refused before anything begins, with the reason and the mend`() async throws {
        let cases = [
            (
                #"[lathe.step("a", "t", needs=["b"]), lathe.step("b", "t", needs=["c"]), lathe.step("c", "t", needs="a")]"#,
                "a → b → c → a"
            ),
            (#"[lathe.step("a", "t", needs=["z"])]"#, "needs 'z', which is no step; there are a"),
            (#"[lathe.step("a", "t", agent="nobody_such")]"#, "step 'a':"),
            (#"[lathe.step(f"s{i}", "t") for i in range(51)]"#, "at most 50 steps, not 51"),
            (
                #"[lathe.step("a", "t", budget={"tokens": 900_000}, fallback="sum it")]"#,
                "it needs room for 2700000 tokens"
            ),
            (#"[lathe.step("b", "t", needs=["a"]), lathe.step("a", "t")], "sequential""#, "'a' must stand before 'b'"),
        ]
        let codes = cases.map { steps, _ in
            """
            try:
                lathe.plan("G", \(steps))
            except lathe.LatheError as refused:
                print(refused)
            """
        }
        let ran = try await run(codes, budget: BudgetLimits(tokens: 1_000_000)) { _, _ in nil }
        for (_, reason) in cases {
            #expect(ran.told.contains(reason), "\(reason): \(ran.told)")
            #expect(ran.refused.contains { $0.reason.contains(reason) && $0.decided == .rule }, "\(reason)")
        }
        #expect(ran.refused.count == cases.count && ran.made.isEmpty)
        #expect(!ran.events.contains { $0.body.kind == .subtaskStarted })
    }

    @Test func `a step that fails is tried again with the reason, then by its fallback`() async throws {
        let begin = """
            steps = [lathe.step("fit", "Fit it.", returns={"r": int}, fallback=lathe.agent("closer", "Close.")),
                lathe.step("tell", "Tell it.", needs=["fit"], returns={"said": int})]
            """
        let ran = try await run([begin, Self.running()]) { name, turn in
            switch name {
            case "fit": .failure(ModelError(.badReply, "no use of it"))
            case "fit#2": turn < 12 ? .text("I cannot.") : nil
            case "fit#3": .code("lathe.answer({'r': 7})")
            case "tell": .code("lathe.answer({'said': data['fit']['r']})")
            default: nil
            }
        }
        #expect(ran.outcome.status == .complete, "\(ran.outcome.reason) \(ran.told)")
        #expect(
            ran.course(of: "fit").map { $0.replacing("stalled", with: "failed") } == [
                "fit running 1", "fit failed 1", "fit running 2", "fit failed 2", "fit running 3", "fit complete 3",
            ])
        #expect(ran.words("fit#2").contains("> no use of it"))
        #expect(ran.told.contains("fit complete (closer, 3 attempts): {r: 7}"))
        let reasons = ran.events.compactMap { if case .planStep(let one) = $0.body { one.reason } else { nil } }
        #expect(reasons.first?.contains("next: worker is told why, and tries again") == true)
        #expect(reasons.dropFirst().first?.contains("next: closer takes it over") == true)
    }

    @Test func `what needs a failed required step is not run, and the task says so until it is run again`() async throws
    {
        let begin = """
            steps = [lathe.step("fit", "Fit it.", returns={"r": int}),
                lathe.step("tell", "Tell it.", needs=["fit"], returns={"said": int}),
                lathe.step("else", "Look.", returns={"n": int})]
            """
        let worker: @Sendable (String, Int) -> ScriptedModel.Line? = { name, _ in
            switch name {
            case "fit", "fit#2": .failure(ModelError(.badReply, "no use of it"))
            case "fit#3": .code("lathe.answer({'r': 7})")
            case "tell": .code("lathe.answer({'said': data['fit']['r']})")
            case "else": .code("lathe.answer({'n': 1})")
            default: nil
            }
        }
        let answer = "lathe.answer(r.markdown())"
        let failed = try await run([begin, Self.running(), answer], worker)
        #expect(failed.outcome.status == .incomplete, "\(failed.told)")
        #expect(failed.outcome.answer.contains("**tell** not run: 'fit' has no result, and it is required"))
        #expect(failed.outcome.answer.contains("**else** (subtask://"))
        #expect(failed.ended.map(\.status) == [.incomplete])
        let again = "r = p.run()\nprint(r)\nlathe.answer(r.markdown())"
        let mended = try await run([begin, "p = lathe.plan('G', steps)\nr = p.run()", again], worker)
        #expect(mended.outcome.status == .complete, "\(mended.outcome.reason) \(mended.told)")
        #expect(mended.outcome.answer.contains("{said: 7}"))
        #expect(mended.made.map(\.revision) == [1, 2])
        #expect(mended.course(of: "else").count == 2)
        let raised = try await run(
            [begin, "p = lathe.plan('G', steps)\nr = p.run(on_failure='raise')", "lathe.answer('no')"], worker)
        #expect(raised.told.contains("StepFailed: step 'fit' failed: "), "\(raised.told)")
        let decided = try await run(
            [
                begin,
                """
                p = lathe.plan('G', steps)
                r = p.run(on_failure=lambda o: lathe.step("x", f"Otherwise than {o.name}.", returns={"r": int}))
                lathe.answer(r.markdown())
                """,
            ], worker)
        #expect(decided.outcome.answer.contains("{said: 7}"), "\(decided.told)")
        #expect(decided.words("fit#3").contains("Otherwise than fit."))
    }

    @Test func `steps share what was found, ask for more, and are added while it runs`() async throws {
        let sequence = """
            steps = [lathe.step("one", "First."), lathe.step("two", "Second."), lathe.step("three", "Third.")]
            p = lathe.plan("In order", steps, "sequential")
            r = p.run(on_step=lambda o: p.add(lathe.step("four", "Fourth.")) if o.name == "three" else None)
            """
        let tree = """
            p = lathe.plan("Deep", [lathe.step("top", "Look.", returns={"n": int}),
                lathe.step("end", "Sum.", needs=["top"])], "hierarchical")
            r = p.run()
            print(r)
            """
        let batches = """
            p = lathe.plan("Batches", [lathe.step("b1", "x", talk=["b2"]), lathe.step("b2", "x"),
                lathe.step("b3", "x", needs=["b1"])], share=True)
            lathe.answer(p.run().markdown())
            """
        let ran = try await run([sequence, tree, batches]) { name, _ in
            switch name {
            case "top":
                .code(
                    """
                    lathe.answer({"result": {"n": 1}, "steps": [{"name": "part", "task": "Go deeper."},
                        {"name": "bad", "task": "t", "needs": ["nowhere"]}][:1]})
                    """)
            case "top∕part":
                .code(
                    #"lathe.answer({"result": data["top"]["n"] + 1, "steps": [{"name": "x", "task": "t", "needs": ["end"]}]})"#
                )
            case "end": .code(#"lathe.answer({"result": f"{data['top']['n']} {data['top/part']}"})"#)
            case "b1":
                .code(
                    """
                    import time
                    for _ in range(600):
                        try:
                            lathe.send("b2", "from b1")
                            break
                        except lathe.LatheError:
                            time.sleep(0.05)
                    lathe.answer("found by b1")
                    """)
            case "b2":
                .code(
                    """
                    import time
                    for _ in range(600):
                        if heard := lathe.messages(all=True):
                            lathe.answer("found by b2, " + heard[0].text)
                            break
                        time.sleep(0.05)
                    """)
            default: .text("found by \(name)")
            }
        }
        #expect(ran.outcome.status == .complete, "\(ran.outcome.reason) \(ran.told)")
        #expect(ran.words("three").contains("> one: found by one") && ran.words("four").contains("> three: found by"))
        #expect(!ran.words("two").contains("found by three"))
        #expect(ran.told.contains("end complete (worker): 1 2"), "\(ran.told)")
        #expect(ran.refused.map(\.reason).first?.contains("in a circle") == true, "\(ran.refused)")
        #expect(ran.told.contains("refused: steps that 'top/part' asked for"))
        #expect(ran.words("b3").contains("> b2: found by b2, from b1"))
        #expect(ran.words("b1").contains("You may write to b2") && ran.words("b2").contains("You may write to b1"))
    }

    private struct Review: PlanReview {
        let answers: @Sendable (String, String?) -> PlanDecision?

        func decide(on plan: PlanMade, at place: Place, text: String, problem: String?) async -> PlanDecision? {
            plan.edited == nil ? answers(text, problem) : .accepted
        }

        func triesAgain(_ step: String, of plan: PlanMade, at place: Place, reason: String) async -> Bool? { true }
    }

    @Test func `the user sees a plan first, and accepts, edits or declines it`() async throws {
        var limits = EngineLimits()
        limits.plans.review = true
        let codes = [Self.steps, Self.running()]
        let alone = try await run(codes, limits: limits) { name, _ in Self.worker(name) }
        #expect(alone.told.contains("there is no terminal to ask on") && alone.made.isEmpty)
        let declined = try await run(codes, limits: limits, review: Review { _, _ in .declined("too dear") }) { _, _ in
            nil
        }
        #expect(declined.told.contains("the user declined this plan: too dear; nothing of it began"))
        #expect(declined.refused.map(\.decided) == [.user])
        let edited = try await run(
            codes, limits: limits,
            review: Review { text, problem in
                guard problem == nil else {
                    return .edited(text.replacing("needs: left, nowhere", with: "needs: left"))
                }
                let without = text.components(before: "step: extra")
                return .edited(
                    without.replacing("needs: left, right", with: "needs: left, nowhere")
                        .replacing("Bring together.", with: "Add them."))
            }
        ) { name, _ in
            name == "sum" ? .code("lathe.answer({'total': len(data['left'])})") : Self.worker(name)
        }
        #expect(edited.outcome.status == .complete, "\(edited.outcome.reason) \(edited.told)")
        #expect(edited.made.map(\.decided) == [.edited])
        #expect(edited.made.first?.steps.map(\.name) == ["left", "right", "sum"])
        #expect(edited.words("sum").contains("Add them.") && edited.outcome.answer.contains("{total: 2}"))
        let accepted = try await run(codes, limits: limits, review: Review { _, _ in .accepted }) { name, _ in
            Self.worker(name)
        }
        #expect(accepted.made.map(\.decided) == [.user])
        #expect(accepted.refused.isEmpty, "\(accepted.refused)")
    }

    @Test func `after an end at any state of a plan the task goes on, and no finished step runs again`() async throws {
        let line: @Sendable (Place, Int) -> ScriptedModel.Line? = { place, turn in
            switch (place.path.last ?? "", turn) {
            case ("coordinator", 0): .code(Self.steps)
            case ("coordinator", 1): .code(Self.running())
            case ("right", 0): .code("lathe.answer({'n': 'three'})\nraise ValueError('no')")
            case ("right", 1): .failure(ModelError(.badReply, "no use"))
            case ("right#2", 0): Self.worker("right")
            // Its table ends with the program run, so what still needs it has it made again.
            case ("left#2", 0): Self.worker("left")
            case ("extra", 0): .text("more")
            case (let name, 0): Self.worker(name)
            default: nil
            }
        }
        let whole = try await TestSession.run(ScriptedModel(line)) { session in
            let outcome = try await session.engine.ask("Count")
            let told = await RoundtableTests.output(session)
            #expect(outcome.answer.contains("{total: 18}"), "\(outcome.reason) \(told)")
            return await session.journal.events(after: 0)
        }
        let kinds: Set<EventBody.Kind> = [.planMade, .planStep, .planEnded]
        let all = whole.indices.filter { kinds.contains(whole[$0].body.kind) }
        let picked = [all.first, all.dropFirst(2).first, all.dropLast(4).last, all.dropLast(1).last, all.last]
        for cut in picked.compactMap(\.self) {
            let past = Array(whole.prefix(cut + 1))
            var done: [Place: Int] = [:]
            for event in past where [.turnFinished, .turnFailed].contains(event.body.kind) {
                done[event.place, default: 0] += 1
            }
            let model = ScriptedModel { [done] place, turn in line(place, turn + done[place, default: 0]) }
            try await TestSession.run(model, past: past, intent: .resume(Resumption())) { session in
                let outcome = try await session.engine.resume()
                let told = await RoundtableTests.output(session)
                #expect(outcome?.answer.contains("{total: 18}") == true, "after \(past[cut].body): \(told)")
                let events = await session.journal.events(after: 0)
                // Other forms of it are those in which a step whose data is gone is made again.
                let again = events.compactMap { if case .planMade(let one) = $0.body { one.because } else { nil } }
                #expect(again.allSatisfy { $0.contains("is run again: its data ended") }, "\(again)")
                #expect(events.count { if case .planMade(let one) = $0.body { one.revision == 1 } else { false } } == 1)
                let running = events.filter {
                    if case .planStep(let one) = $0.body { one.state == .running } else { false }
                }
                #expect(Set(running.map(\.body)).count == running.count, "after \(past[cut].body)")
                let finished = past.compactMap { event -> Place? in
                    guard case .subtaskFinished(let one) = event.body, one.status == .complete else { return nil }
                    return one.place
                }
                #expect(model.requests.allSatisfy { !finished.contains($0.place) })
                let isSummed = finished.contains { $0.path.last == "sum" }
                #expect(!isSummed || !model.requests.contains { $0.place.path.last == "left#2" })
                #expect(events.filter { $0.body.kind == .planEnded }.count == 1)
            }
        }
    }
}

extension String {
    fileprivate func components(before mark: String) -> String {
        firstRange(of: mark).map { String(self[..<$0.lowerBound]) } ?? self
    }
}
