import LatheTestSupport
import LatheVocabulary
import Synchronization
import Testing

@testable import LatheEngine

/// Stepping into a run: pauses, budgets, and what is refused.
struct SteppingTests {
    private func refusal(_ body: () throws(HostRefusal) -> Void) -> String? {
        do throws(HostRefusal) {
            try body()
            return nil
        } catch {
            return "\(error.code): \(error.reason)"
        }
    }

    @Test func `a budget is changed while it holds, never below what is used and set aside`() throws {
        let root = Budget(BudgetLimits(tokens: 1_000))
        let child = try root.child(BudgetLimits(tokens: 400))
        try child.reserve([.tokens: 150])
        child.settle([.tokens: 100], used: [.tokens: 90])
        // The child has used 90 and holds 50, the root has granted 400.
        let low = refusal { () throws(HostRefusal) in
            _ = try child.change(BudgetLimits(tokens: 139), unlimited: [:], isTrial: false)
        }
        #expect(low == "limit: 139 tokens are less than the 140 tokens that are used or set aside for calls under way")
        let high = refusal { () throws(HostRefusal) in
            _ = try child.change(BudgetLimits(tokens: 1_100), unlimited: [:], isTrial: false)
        }
        #expect(high == "limit: 700 tokens more are asked for, and what is above it has 600 tokens left")
        #expect(try child.change(BudgetLimits(tokens: 200), unlimited: [:], isTrial: true).tokens == 200)
        #expect(child.left(.tokens) == 310)
        _ = try child.change(BudgetLimits(tokens: 200), unlimited: [:], isTrial: false)
        #expect(child.left(.tokens) == 110)
        #expect(root.left(.tokens) == 800)
        child.settle([.tokens: 50], used: [:])
        child.close()
        #expect(root.left(.tokens) == 910)
        let unlimited = try root.child(BudgetLimits())
        let none = refusal { () throws(HostRefusal) in
            _ = try unlimited.change(BudgetLimits(modelCalls: 3), unlimited: [:], isTrial: false)
        }
        #expect(none?.hasPrefix("not_allowed: it has no part of its own of modelCalls") == true)
        // What was not limited counts from then on, with what was used before.
        _ = try root.change(BudgetLimits(modelCalls: 3), unlimited: [.modelCalls: 2], isTrial: false)
        try root.reserve([.modelCalls: 1])
        #expect(throws: Budget.Shortage.self) { try root.reserve([.modelCalls: 1]) }
    }

    @Test func `a pause holds an agent and all below it until it is let go or cancelled`() async {
        let gate = PauseGate()
        let (a, b) = (Place.coordinator.child("a"), Place.coordinator.child("a").child("b"))
        #expect(gate.pause(a))
        #expect(!gate.pause(a))
        await gate.pass(.coordinator)
        let passed = Mutex<[String]>([])
        let held = Task {
            await gate.pass(b)
            passed.withLock { $0.append("b") }
        }
        let cancelled = Task { await gate.pass(a) }
        cancelled.cancel()
        await cancelled.value
        #expect(!gate.goOn(b))
        #expect(passed.withLock { $0 } == [])
        #expect(gate.goOn(.coordinator))
        await held.value
        #expect(passed.withLock { $0 } == ["b"])
    }

    @Test func `what is asked of a run is checked, recorded and done, and outlives it where it concerns the task`()
        async throws
    {
        let hands = RunHands(stop: { false }, decide: { _, _ in false }, waits: { _ in false })
        let script: [ScriptedModel.Line] = [
            .code("outcome = lathe.delegate(lathe.agent(name='slow', instructions='x'), label='a').outcome()"),
            .text("done"),
        ]
        let model = ScriptedModel { place, index in
            place == .coordinator ? (script.indices.contains(index) ? script[index] : nil) : .hang
        }
        try await TestSession.run(model) { session in
            let engine = session.engine
            func step(_ request: ControlRequest) async -> String {
                await engine.step(request, user: 1, process: 2, hands).line
            }
            #expect(
                await step(ControlRequest(.budget, budget: BudgetLimits(tokens: 9))).contains("no task is under way"))
            #expect(await step(ControlRequest(.pause, agent: "a")).contains("nobody goes by 'a'"))
            async let outcome = engine.ask("go", budget: BudgetLimits(tokens: 100_000))
            while !model.requests.contains(where: { $0.place != .coordinator }) {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(
                await step(ControlRequest(.budget, agent: "a", budget: BudgetLimits(tokens: 9))).contains(
                    "no budget of its own"))
            #expect(
                await step(ControlRequest(.budget, budget: BudgetLimits(tokens: 90_000))).contains(
                    "may use 90000 tokens"))
            #expect(await step(ControlRequest(.allow, question: 1)).contains("does not wait"))
            #expect(await step(ControlRequest(.cancel)).contains("nothing is under way"))
            #expect(
                await step(ControlRequest(.cancel, agent: "subtask://1")).contains("coordinator/a is being cancelled"))
            #expect(try await outcome.failedSubtasks.map(\.status) == [.cancelled])
            #expect(await step(ControlRequest(.tell, agent: "a", text: "x")).contains("coordinator/a has ended"))
            #expect(await step(ControlRequest(.tell, text: "for later")).contains("user:1 is told to coordinator"))
            let events = await session.journal.events(after: 0)
            let steps = events.compactMap { if case .steppedIn(let step) = $0.body { step } else { nil } }
            #expect(steps.map(\.action) == [.budget, .cancel, .cancel, .tell])
            #expect(
                steps.first
                    == SteppedIn(.budget, .coordinator, budget: BudgetLimits(tokens: 90_000), user: 1, process: 2))
            // A task that is gone on with has the budget as it was changed.
            let cut = events.firstIndex { if case .steppedIn = $0.body { true } else { false } } ?? 0
            #expect(SessionPast(Array(events[...cut])).unfinished?.budget == BudgetLimits(tokens: 90_000))
        }
    }

    @Test func `a line that is no request is refused with the reason`() throws {
        let lines = [
            "": "invalid: this is not JSON", "[]": "invalid: a request is a JSON object",
            "{\"do\": \"obey\"}": "invalid: do is one of",
            "{\"do\": \"tell\", \"agent\": 3}": "invalid: agent must be a text",
            "{\"do\": \"tell\"}": "invalid: tell needs a text",
            "{\"do\": \"budget\", \"budget\": {\"tokens\": -1}}": "invalid: budget tokens must be",
            "{\"do\": \"allow\"}": "invalid: allow needs",
            "{\"do\": \"pause\", \"who\": 1}": "invalid: a request has no 'who'",
        ]
        for (line, expected) in lines {
            do throws(ControlRefusal) {
                Issue.record("taken: \(try ControlRequest(line: Array(line.utf8)))")
            } catch {
                #expect("\(error.code): \(error.reason)".hasPrefix(expected))
            }
        }
        let whole = ControlRequest(
            .budget, agent: "UA", budget: BudgetLimits(tokens: 5, microdollars: 1_500_000, modelCalls: 2))
        #expect(try ControlRequest(line: Array(whole.line.utf8)) == whole)
    }
}
