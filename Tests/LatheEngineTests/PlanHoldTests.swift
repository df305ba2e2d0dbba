import LatheTestSupport
import LatheVocabulary
import Synchronization
import Testing

@testable import LatheEngine

/// Plans hold to what they say: what the user is shown, what they may cost, how often a step begins, and what is left of one that was
/// stopped.
@Suite(.serialized) struct PlanHoldTests {
    private final class Review: PlanReview {
        let shown = Mutex<[String]>([])
        let edit: @Sendable (String) -> String?

        init(_ edit: @escaping @Sendable (String) -> String? = { _ in nil }) { self.edit = edit }

        func decide(on plan: PlanMade, at place: Place, text: String, problem: String?) async -> PlanDecision? {
            shown.withLock { $0.append(text + (problem ?? "")) }
            guard plan.edited == nil, let edited = edit(text) else { return .accepted }
            return .edited(edited)
        }

        func triesAgain(_ step: String, of plan: PlanMade, at place: Place, reason: String) async -> Bool? { false }
    }

    private static func limits(reviewed: Bool = true) -> EngineLimits {
        var limits = EngineLimits()
        limits.plans.review = reviewed
        return limits
    }

    private static func failing() -> ScriptedModel.Line { .failure(ModelError(.badReply, "no use of it")) }

    private func made(_ events: [Event]) -> [PlanMade] {
        events.compactMap { if case .planMade(let one) = $0.body { one } else { nil } }
    }

    @Test func `a step that is another under its old name is shown again, and one that is only run again is not`()
        async throws
    {
        let code = """
            p = lathe.plan("Fit", [lathe.step("fit", "Fit it.", returns={"r": int})])
            p.run(on_failure=lambda o: lathe.step("x", "Otherwise.", lathe.agent("closer", "Close."), returns={"r": int}))
            lathe.answer(p.run().markdown())
            """
        let review = Review()
        let model = ScriptedModel { place, turn in
            switch (place.path.last ?? "", turn) {
            case ("coordinator", 0): .code(code)
            case ("fit#5", 0): .code("lathe.answer({'r': 7})")
            case (let name, _) where name.hasPrefix("fit"): Self.failing()
            default: nil
            }
        }
        try await TestSession.run(model, limits: Self.limits(), review: review) { session in
            let outcome = try await session.engine.ask("Fit")
            let told = await RoundtableTests.output(session)
            #expect(outcome.status == .complete && outcome.answer.contains("{r: 7}"), "\(outcome.reason) \(told)")
            let made = made(await session.journal.events(after: 0))
            #expect(made.map(\.decided) == [.user, .user, .rule], "\(told)")
            let shown = review.shown.withLock { $0 }
            #expect(shown.count == 2 && shown.last?.contains("agent: closer") == true, "\(shown)")
            #expect(shown.last?.contains("  Otherwise.") == true)
        }
    }

    @Test func `a plain worker that the user puts in an agent's place, or behind it, does the step`() async throws {
        let code = """
            closer = lathe.agent("closer", "Close.")
            p = lathe.plan("Fit", [lathe.step("fit", "Fit it.", closer), lathe.step("tell", "Tell it.", closer),
                lathe.step("look", "Look.", closer)])
            lathe.answer(p.run().markdown())
            """
        let review = Review { text in
            let blocks = text.split(separator: "step: ", omittingEmptySubsequences: false).map(String.init)
            return blocks.map { block in
                if block.hasPrefix("fit") { return block.replacing("agent: closer", with: "agent: worker") }
                if block.hasPrefix("tell") { return block.replacing("agent: closer", with: "agent:") }
                return block.hasPrefix("look") ? block.replacing("fallback: ", with: "fallback: worker") : block
            }.joined(separator: "step: ")
        }
        let model = ScriptedModel { place, turn in
            switch (place.path.last ?? "", turn) {
            case ("coordinator", 0): .code(code)
            case ("look", 0), ("look#2", 0): Self.failing()
            case (_, 0): .code("lathe.answer('done')")
            default: nil
            }
        }
        try await TestSession.run(model, limits: Self.limits(), review: review) { session in
            let outcome = try await session.engine.ask("Fit")
            let told = await RoundtableTests.output(session)
            #expect(outcome.status == .complete, "\(outcome.reason) \(told)")
            let agents = await session.journal.events(after: 0).compactMap { event -> String? in
                guard case .subtaskStarted(let one) = event.body else { return nil }
                return "\(one.place.path.last ?? "") \(one.agent.name)"
            }
            #expect(
                agents.sorted() == ["fit worker", "look closer", "look#2 closer", "look#3 worker", "tell worker"])
        }
    }

    // MARK: Bounds

    private static let costing = """
        lathe.save_agent("frugal", "Be brief.", str, budget={"tokens": 9_000})
        p = lathe.plan("Save", [lathe.step("frugal", "Say it.", "frugal"),
            lathe.step("dear", "Say it.", lathe.agent("dear", "Think.", model="big"), complexity="low"),
            lathe.step("plain", "Say it.", complexity="low")])
        r = p.run()
        lathe.save_agent("greedy", "Take all.", str, budget={"tokens": 10**15, "calls": 10**6})
        greedy = lathe.plan("Take", [lathe.step(f"s{n}", "t", "greedy", fallback="Take it.") for n in range(50)])
        assert "at most 150 subtasks, 15000 model calls, 150000000000 tokens" in greedy.told, greedy.told
        lathe.answer(r.markdown())
        """

    private func cost(
        _ fallbacks: [Result<ScriptedModel, ModelError>]
    ) async throws -> (plan: PlanMade?, calls: [HostCalled], models: [String]) {
        let line: @Sendable (Place, Int) -> ScriptedModel.Line? = { place, _ in
            .code(place == .coordinator ? Self.costing : "lathe.answer('said')")
        }
        let roles = [
            "big": ScriptedModel(name: "big", microdollarsPerToken: 7, line),
            "small": ScriptedModel(name: "tiny", microdollarsPerToken: 3, line),
        ]
        var limits = Self.limits(reviewed: false)
        limits.plans.models = [.low: "small"]
        let model = ScriptedModel(microdollarsPerToken: 1, line)
        return try await TestSession.run(model, limits: limits, roles: roles, fallbacks: fallbacks) { session in
            let outcome = try await session.engine.ask("Save")
            let told = await RoundtableTests.output(session)
            #expect(outcome.status == .complete, "\(outcome.reason) \(told)")
            let events = await session.journal.events(after: 0)
            let calls = events.compactMap { if case .hostCalled(let one) = $0.body { one } else { nil } }
            let models = events.compactMap { event -> String? in
                if case .subtaskStarted(let one) = event.body { "\(one.label) \(one.model)" } else { nil }
            }
            return (made(events).first, calls.filter { $0.name == "delegate" }, models.sorted())
        }
    }

    @Test func `a plan's bound goes by its agents' own budgets and models, the rule's, and the dearest that may come`()
        async throws
    {
        let (plan, delegated, models) = try await cost([])
        // Two attempts each: 9,000 tokens at one millionth, 40,000 at the seven of the role that its agent names, and 40,000 at the
        // three of the role that the rule gives to what is simple.
        #expect(plan?.worst.tokens == 178_000, "\(String(describing: plan))")
        #expect(plan?.worst.microdollars == 18_000 + 560_000 + 240_000, "\(String(describing: plan))")
        #expect(plan?.steps.map(\.model) == [nil, "big", "small"])
        #expect(models == ["dear big", "frugal scripted", "plain tiny"])
        let budgets = delegated.map { $0.arguments["budget"]?["tokens"]?.integerValue }
        #expect(budgets == [9_000, 40_000, 40_000])
        let dearer = ScriptedModel(name: "dearer", microdollarsPerToken: 20) { _, _ in nil }
        #expect(try await cost([.success(dearer)]).plan?.worst.microdollars == 178_000 * 20)
    }

    @Test func `what a plan's steps may begin is counted, and a time for all of it is refused`() throws {
        func bounds(_ own: BudgetLimits, asked: BudgetLimits = BudgetLimits(), left: Int? = nil) throws -> PlanBounds {
            let step = PlanDraft.Step(
                name: "a", task: "t", agent: "worker", isSaved: false, needs: [], required: true, budget: own)
            return try PlanBounds(
                [PlanBounds.Open(step: step, attempts: 2, models: [ScriptedModel { _, _ in nil }])], asked: asked,
                used: WorkBound(subtasks: 0, modelCalls: 0, tokens: 0), within: Budget(BudgetLimits(subtasks: left)),
                maxOutputTokens: 1_000)
        }
        let fanned = try bounds(BudgetLimits(subtasks: 3), left: 8)
        #expect(fanned.worst.subtasks == 8 && fanned.shares["a"]?.budget.subtasks == 3)
        #expect(try bounds(BudgetLimits()).shares["a"]?.budget.subtasks == nil)
        #expect(try bounds(BudgetLimits(seconds: 60)).shares["a"]?.budget.seconds == 60)
        for (reason, body) in [
            ("needs room for 8 subtasks", { try bounds(BudgetLimits(subtasks: 3), left: 7) }),
            ("its budget has no time", { try bounds(BudgetLimits(), asked: BudgetLimits(seconds: 600)) }),
        ] as [(String, () throws -> PlanBounds)] {
            do {
                Issue.record("not refused: \(try body().worst)")
            } catch {
                #expect((error as? HostRefusal)?.reason.contains(reason) == true, "\(error)")
            }
        }
    }

    // MARK: Ends

    @Test func `no step begins an eleventh time, and a plan that was stopped has nothing under way`() async throws {
        let cells = [
            """
            p = lathe.plan("Try", [lathe.step("fit", "Fit.", fallback="Close it.", required=False)])
            runs = [p.run() for _ in range(4)]
            print([(r.status, r.outcomes["fit"].attempts) for r in runs], runs[-1].outcomes["fit"].reason)
            try:
                p.run()
            except lathe.LatheError as refused:
                print(refused)
            """,
            """
            def enough(outcome): raise ValueError("enough")
            q = lathe.plan("Stop", [lathe.step("a", "x"), lathe.step("b", "x"), lathe.step("c", "x", needs=["b"])])
            try:
                q.run(on_step=enough)
            except ValueError as error:
                print("stopped by", error)
            """, "print(lathe.ledger().progress)\nlathe.answer('done')",
        ]
        let model = ScriptedModel { place, turn in
            switch place.path.last ?? "" {
            case "coordinator": cells.indices.contains(turn) ? .code(cells[turn]) : nil
            case "a": .code("lathe.answer('a')")
            case "b": .hang
            default: Self.failing()
            }
        }
        try await TestSession.run(model) { session in
            _ = try await session.engine.ask("Try")
            let told = await RoundtableTests.output(session)
            let runs = "[('complete', 3), ('complete', 6), ('complete', 9), ('complete', 10)]"
            #expect(told.contains("\(runs) no use of it (it has begun 10 times, which is the most)"), "\(told)")
            #expect(told.contains("step 'fit' has begun 10 times, which is the most: put another one in its place"))
            let events = await session.journal.events(after: 0)
            #expect(
                events.count { if case .subtaskStarted(let one) = $0.body { one.label == "fit" } else { false } } == 10)
            let ended = events.compactMap { if case .planEnded(let one) = $0.body { one } else { nil } }
            #expect(ended.map(\.status) == [.complete, .complete, .complete, .complete, .stopped])
            #expect(told.contains("stopped by enough"), "\(told)")
            let heads = Ledger(events).view(of: .coordinator).heads
            #expect(heads.inProgress.isEmpty && heads.next.isEmpty && heads.stalled.isEmpty, "\(heads)")
            #expect(heads.done == ["a"] && heads.failed == ["fit", "b", "c"], "\(heads)")
            #expect(told.contains("done: a\nfailed: fit, b, c"), "\(told)")
        }
    }
}
