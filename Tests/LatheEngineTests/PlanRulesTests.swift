import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Plans that a model writes, whose steps stall, or which the user has tried once more; what plans may cost.
@Suite(.serialized) struct PlanRulesTests {
    private func run(
        _ code: String, limits: EngineLimits = EngineLimits(), review: (any PlanReview)? = nil,
        _ line: @escaping @Sendable (String, Int) -> ScriptedModel.Line?
    ) async throws -> (outcome: TaskOutcome, events: [Event], asked: [ModelRequest], told: String) {
        let model = ScriptedModel { place, turn in
            place == .coordinator ? (turn == 0 ? .code(code) : nil) : line(place.path.last ?? "", turn)
        }
        return try await TestSession.run(model, limits: limits, review: review) { session in
            let outcome = try await session.engine.ask("Count")
            let events = await session.journal.events(after: 0)
            return (outcome, events, model.requests, await RoundtableTests.output(session))
        }
    }

    private func course(_ events: [Event], of step: String) -> [String] {
        events.compactMap { event in
            guard case .planStep(let one) = event.body, one.step == step else { return nil }
            return "\(one.state.rawValue) \(one.attempt) \(one.agent ?? "")"
        }
    }

    @Test func `a step whose worker stalls goes to its fallback, the plan goes on, and the ledger says so`()
        async throws
    {
        var limits = EngineLimits()
        limits.stalls.errors = 2
        let ran = try await run(
            """
            p = lathe.plan("Dig", [
                lathe.step("dig", "Dig it.", lathe.agent("digger", "Dig."), returns={"n": int}, fallback=lathe.agent("counter", "Count.")),
                lathe.step("tell", "Tell it.", needs=["dig"], returns={"said": int})])
            lathe.answer(p.run().markdown())
            """, limits: limits
        ) { name, turn in
            switch name {
            case "dig", "dig#2": .code("open('/nowhere/\(turn)')")
            case "dig#3": .code("lathe.answer({'n': 7})")
            default: .code("lathe.answer({'said': data['dig']['n']})")
            }
        }
        #expect(ran.outcome.status == .complete && ran.outcome.answer.contains("{said: 7}"), "\(ran.told)")
        #expect(
            course(ran.events, of: "dig") == [
                "running 1 digger", "stalled 1 digger", "running 2 digger", "stalled 2 digger", "running 3 counter",
                "complete 3 counter",
            ])
        let stalled = ran.events.compactMap { event -> String? in
            if case .planStep(let one) = event.body, one.state == .stalled { one.reason } else { nil }
        }
        #expect(stalled.allSatisfy { $0.hasPrefix("stalled: ") && $0.contains("FileNotFoundError") }, "\(stalled)")
        #expect(stalled.last?.hasSuffix("next: counter takes it over") == true)
        let third = ran.asked.filter { $0.place.path.last == "dig#3" }.map { "\($0.messages)" }.joined()
        #expect(third.contains("This was tried before and came to nothing") && third.contains("> stalled: "))
        let view = Ledger(ran.events).view(of: .coordinator)
        #expect(view.heads.done == ["dig", "tell"] && view.heads.stalled.isEmpty && view.heads.failed.isEmpty)
        #expect(view.agents.map(\.name) == ["coordinator", "dig", "dig#2", "dig#3", "tell"])
        #expect(view.agents.filter { $0.reason.hasPrefix("stalled: ") }.map(\.name) == ["dig", "dig#2"])
    }

    private struct Again: PlanReview {
        func decide(on plan: PlanMade, at place: Place, text: String, problem: String?) async -> PlanDecision? {
            .accepted
        }
        func triesAgain(_ step: String, of plan: PlanMade, at place: Place, reason: String) async -> Bool? {
            step == "fit" && reason.contains("what needs it is not run")
        }
    }

    @Test func `the user has a required step tried once more, and no other is asked about`() async throws {
        var limits = EngineLimits()
        limits.plans.review = true
        let ran = try await run(
            """
            p = lathe.plan("Fit", [lathe.step("fit", "Fit it.", returns={"r": int}),
                lathe.step("extra", "Look.", required=False), lathe.step("tell", "Tell it.", needs=["fit"])])
            lathe.answer(p.run().markdown())
            """, limits: limits, review: Again()
        ) { name, _ in
            switch name {
            case "fit#3": .code("lathe.answer({'r': 7})")
            case "tell": .code("lathe.answer(f\"told {data['fit']['r']}\")")
            default: .failure(ModelError(.badReply, "no use of it"))
            }
        }
        #expect(ran.outcome.status == .complete && ran.outcome.answer.contains("told 7"), "\(ran.told)")
        #expect(course(ran.events, of: "fit").suffix(2) == ["running 3 worker", "complete 3 worker"])
        #expect(course(ran.events, of: "extra").last == "failed 2 worker")
        let made = ran.events.compactMap { if case .planMade(let one) = $0.body { one } else { nil } }
        #expect(made.map(\.because) == [nil, "the user wants it tried again"])
    }

    @Test func `a plan that a model writes is checked, asked once more with the reason, and carried out`() async throws
    {
        @Sendable func plan(_ agent: String) -> ScriptedModel.Line {
            .text(
                """
                {"strategy": "parallel", "steps": [
                    {"name": "count", "task": "Count rows.", "needs": [], "complexity": "low", "required": true,
                     "data": ["frame"]},
                    {"name": "tell", "task": "Tell it.", "needs": ["count"], "complexity": "high", "required": true
                     \(agent)}]}
                """)
        }
        let ran = try await run(
            """
            p = lathe.decompose("How many?", {"frame": pd.DataFrame({"v": [1, 2, 3]})})
            print(p)
            lathe.answer(p.run().markdown())
            """
        ) { name, turn in
            switch (name, turn) {
            case ("ask", 0): plan(#", "agent": "nobody_such""#)
            case ("ask", 1): plan("")
            case ("count", 0): .code("lathe.answer(len(data))")
            case ("tell", 0): .code("lathe.answer(f\"{data['count']} rows\")")
            default: nil
            }
        }
        #expect(ran.outcome.status == .complete && ran.outcome.answer.contains("3 rows"), "\(ran.told)")
        let questions = ran.asked.filter { $0.place == Place.coordinator.questions }.map { "\($0.messages)" }
        #expect(questions.count == 2 && questions[0].contains("> How many?") && questions[0].contains("shape (3, 1)"))
        #expect(questions.last?.contains("nobody_such") == true && !questions[0].contains("nobody_such"))
        let made = ran.events.compactMap { if case .planMade(let one) = $0.body { one } else { nil } }
        #expect(made.count == 1 && made.first?.steps.map(\.complexity) == [.low, .high])
        #expect(ran.events.count { $0.body.kind == .planRefused } == 1)
    }

    @Test func `an agent that delegates to itself without end is stopped by the depth, with the reason`() async throws {
        let code = """
            try:
                got = lathe.delegate(lathe.agent("again", "Again."), "again", label="again").outcome()
                lathe.answer(f"{got.status} {got.value} {got.reason}")
            except lathe.LatheError as error:
                lathe.answer(f"{error.code}: {error.reason}")
            """
        let ran = try await run(code) { _, _ in .code(code) }
        #expect(ran.outcome.answer == "complete complete not_allowed: subtasks at depth 2 may not delegate further  ")
        #expect(ran.events.count { $0.body.kind == .subtaskStarted } == 2 && ran.asked.count == 3)
    }

    // MARK: Money

    private func bounds(
        _ price: Int?, own: Int? = nil, asked: BudgetLimits = BudgetLimits(), left: Int? = nil, used: Int? = nil
    ) throws -> PlanBounds {
        let step = PlanDraft.Step(
            name: "a", task: "t", agent: "worker", isSaved: false, needs: [], required: true, complexity: .low,
            budget: BudgetLimits(microdollars: own))
        let model = ScriptedModel(microdollarsPerToken: price) { _, _ in nil }
        return try PlanBounds(
            [PlanBounds.Open(step: step, attempts: 2, models: [model])], asked: asked,
            used: WorkBound(subtasks: 0, modelCalls: 0, tokens: 0, microdollars: used),
            within: Budget(BudgetLimits(microdollars: left)), maxOutputTokens: 1_000)
    }

    private func refusal(_ body: () throws -> PlanBounds) -> String {
        do {
            return "\(try body().worst)"
        } catch {
            return (error as? HostRefusal)?.reason ?? "\(error)"
        }
    }

    @Test func `what a plan may cost is the worst case of its attempts, made smaller alike, and never more`() throws {
        // 40,000 tokens an attempt at two millionths each, two attempts.
        #expect(try bounds(2).worst.microdollars == 160_000)
        // Each has a share of what is left, above a tenth of its worst case.
        let tight = try bounds(2, left: 100_000)
        #expect(tight.worst.microdollars == 100_000 && tight.shares["a"]?.budget.microdollars == 50_000)
        #expect(try bounds(2, asked: BudgetLimits(microdollars: 60_000), left: 100_000).worst.microdollars == 60_000)
        #expect(refusal { try bounds(2, left: 15_999) }.contains("it needs room for $0.016 at these models' prices"))
        let spent = refusal { try bounds(2, asked: BudgetLimits(microdollars: 60_000), used: 50_000) }
        #expect(spent.contains("and $0.01 are left for it"), "\(spent)")
        // A step's own budget stands as it is.
        #expect(try bounds(2, own: 7_000, left: 15_000).worst.microdollars == 14_000)
        #expect(refusal { try bounds(2, own: 8_000, left: 15_000) }.contains("needs room for"))
        // Without a price nothing can be promised.
        #expect(try bounds(nil).worst.microdollars == nil)
        #expect(refusal { try bounds(nil, left: 1) }.contains("no price is known for scripted"))
        #expect(try bounds(nil, own: 5, left: 10).worst.microdollars == 10)
    }
}
