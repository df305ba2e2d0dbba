import LatheEngine
import LatheTestSupport
import LatheVocabulary
import Testing

/// Budgets as a user meets them: a real kernel, a scripted model, and what it may not go beyond.
@Suite(.serialized) struct SpendingTests {
    private func started(_ session: TestSession) async -> [TurnStarted] {
        await session.journal.events(after: 0).compactMap { event in
            if case .turnStarted(let turn) = event.body { turn } else { nil }
        }
    }

    private func outcomes(_ session: TestSession) async -> [SubtaskOutcome] {
        await session.journal.events(after: 0).compactMap { event in
            if case .subtaskFinished(let outcome) = event.body { outcome } else { nil }
        }
    }

    @Test func `a task ends as out of budget before the call that its budget has no room for`() async throws {
        let model = ScriptedModel(usage: Usage(input: 3_000, output: 2_000)) { _, index in .code("x = \(index)") }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("go on and on", budget: BudgetLimits(tokens: 21_000))
            #expect(outcome.status == .outOfBudget)
            #expect(outcome.reason.contains("The budget of 21000 tokens has no room"))
            #expect(outcome.usage.total <= 21_000)
            #expect(outcome.turns == 4)
            for turn in await started(session) {
                let reserved = try #require(turn.reserved?["tokens"])
                #expect(reserved >= 5_000, "the worst case was set aside")
            }
            #expect(model.requests.last?.state.contains("; budget left: ") == true)
            #expect((model.requests.last?.maxOutputTokens ?? .max) < 8_192, "the last reply was cut to what there was")
        }
    }

    @Test func `subtasks that run at the same time stay within one budget together`() async throws {
        let delegating = """
            outcomes = lathe.delegate_each("Count it.", {str(i): i for i in range(12)}, returns=int)
            lathe.answer(f"{sum(map(bool, outcomes))} of {len(outcomes)}")
            """
        let model = ScriptedModel(usage: Usage(input: 1_000, output: 500), microdollarsPerToken: 2) { place, _ in
            place == .coordinator ? .code(delegating) : .code("lathe.answer(int(data))")
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("count", budget: BudgetLimits(microdollars: 30_000))
            #expect(outcome.status == .incomplete)
            guard case .microdollars(let cost) = outcome.cost else {
                Issue.record("the cost is \(outcome.cost)")
                return
            }
            #expect(cost <= 30_000)
            let ended = await outcomes(session)
            #expect(ended.count == 12)
            #expect(ended.contains { $0.status == .complete })
            let without = ended.filter { $0.status == .notRun }
            #expect(!without.isEmpty)
            #expect(without.allSatisfy { $0.reason.contains("The budget of $0.03 has no room") && $0.turns == 0 })
            #expect(Set(ended.map(\.status)) == [.complete, .notRun])
        }
    }

    @Test func `a subtask gets its own budget out of its parent's`() async throws {
        let delegating = """
            first = lathe.delegate("Count it.", data=1, returns=int, budget={"tokens": 9_000}).outcome()
            try:
                second = lathe.delegate("Count it.", data=2, returns=int, budget={"tokens": 900_000}).outcome()
            except lathe.LatheError as error:
                second = error
            lathe.answer(f"{first.status}, {second.status}: {second.reason}")
            """
        let model = ScriptedModel { place, _ in
            place == .coordinator ? .code(delegating) : .code("lathe.answer(data)")
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x", budget: BudgetLimits(tokens: 60_000))
            #expect(outcome.answer.hasPrefix("complete, not_run: not begun: it was to get 900000 tokens, and "))
            #expect(model.requests.contains { $0.place != .coordinator && $0.maxOutputTokens < 8_192 })
        }
    }

    @Test func `a model without a price is not used under a limit of money`() async throws {
        let model = ScriptedModel(microdollarsPerToken: nil) { _, _ in .text("done") }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x", budget: BudgetLimits(microdollars: 1_000_000))
            #expect(outcome.status == .outOfBudget)
            #expect(outcome.reason.contains("No price is known for scripted"))
            #expect(model.requests.isEmpty)
            #expect(try await session.engine.ask("x", budget: BudgetLimits(tokens: 100_000)).status == .complete)
        }
    }

    @Test func `an attempt whose cost nobody tells keeps its reservation, and too many stop the call`() async throws {
        let model = ScriptedModel([.cut(times: 1, then: "once"), .cut(times: 30, then: "never")])
        try await TestSession.run(model) { session in
            let budget = BudgetLimits(tokens: 40_000)
            #expect(try await session.engine.ask("x", budget: budget).answer == "once")
            let finished = await session.journal.events(after: 0).compactMap { event in
                if case .turnFinished(let turn) = event.body { turn.untoldAttempts } else { nil }
            }
            #expect(finished == [1])
            let outcome = try await session.engine.ask("y", budget: budget)
            #expect(outcome.status == .outOfBudget)
            #expect(outcome.reason.contains("has no room"))
            let failed = await session.journal.events(after: 0).compactMap { event in
                if case .turnFailed(let turn) = event.body { turn.untoldAttempts } else { nil }
            }
            #expect(failed.count == 1 && (1...6).contains(failed[0]), "\(failed)")
        }
    }

    @Test func `an account that refuses everything stops the whole fan-out, and what did not begin is not run`()
        async throws
    {
        let delegating = """
            outcomes = lathe.delegate_each("Count it.", {str(i): i for i in range(30)}, returns=int, parallel=4)
            lathe.answer(str(len(outcomes)))
            """
        let model = ScriptedModel { place, _ in
            place == .coordinator ? .code(delegating) : .failure(ModelError(.billing, "The account has no money left."))
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("count")
            let asked = model.requests.filter { $0.place != .coordinator }.count
            #expect(asked <= 4, "only calls that were under way when the first one failed: \(asked)")
            let ended = await outcomes(session)
            #expect(ended.count == 30)
            #expect(ended.allSatisfy { $0.status == .notRun })
            #expect(ended.filter { $0.reason.contains("not begun") }.count >= 26)
            #expect(outcome.status == .incomplete)
        }
    }

    @Test func `a task stops when its time is over, and says so`() async throws {
        let model = ScriptedModel([.code("import time; x = 1; time.sleep(60)"), .text("still there")])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("wait", budget: BudgetLimits(seconds: 1.5))
            #expect(outcome.status == .outOfBudget)
            #expect(outcome.reason.hasPrefix("the time limit of 1 s is over"))
            #expect(try await session.engine.ask("again").answer == "still there")
        }
    }

    @Test func `subtasks and model calls are counted`() async throws {
        let model = ScriptedModel([
            .code(
                "try:\n    lathe.delegate_each('Count it.', [1, 2, 3])\nexcept lathe.LatheError as error:\n    print(error)"
            ),
            .code("1"), .code("2"),
        ])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x", budget: BudgetLimits(modelCalls: 2, subtasks: 2))
            #expect(outcome.status == .outOfBudget)
            #expect(outcome.reason.contains("The budget of 2 model calls has no room"))
            #expect(model.requests.count == 2)
            guard case .callResult(_, let text, _)? = model.requests.last?.messages.last?.blocks.first else { return }
            #expect(text.contains("3 subtasks, and the budget has room for 2 more of 2"))
        }
    }
}
