import Foundation
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

@Suite struct FallbackTests {
    private static let noMoney = ModelError(.billing, "The account has no money left.")

    private func told(_ session: TestSession) async -> [ModelFellBack] {
        await session.journal.events(after: 0).compactMap { event in
            if case .modelFellBack(let told) = event.body { told } else { nil }
        }
    }

    @Test func `the next model of the chain goes on in the middle of a conversation, in its own form`() async throws {
        let first = ScriptedModel(name: "first") { place, index in
            guard place == .coordinator else { return nil }
            return index == 0 ? .code("x = 20") : .failure(Self.noMoney)
        }
        let third = ScriptedModel(name: "third", codeForm: .fence) { _, _ in
            .text("```python\nlathe.answer(str(x + 1))\n```")
        }
        let unmade = ModelError(.keyMissing, "second: it needs a key")
        try await TestSession.run(first, fallbacks: [.failure(unmade), .success(third)]) { session in
            let outcome = try await session.engine.ask("add")
            #expect(outcome.status == .complete && outcome.answer == "21")
            let told = await told(session)
            #expect(told.map(\.to) == ["third"] && told.first?.skipped == ["second: it needs a key"])
            #expect(told.first?.turn == 2 && third.requests.map(\.turn) == [3])
            #expect(third.requests.first?.system.contains("```python") == true)
            #expect(third.requests.first?.codeForm == .fence && first.requests.count == 2)

            // One turn of the task, though the journal has two of the conversation.
            var position = LoopPosition()
            for event in await session.journal.events(after: 0)
            where event.place == .coordinator && event.body.kind != .taskFinished {
                position.apply(event.body, pending: [])
            }
            #expect(position.turns == 2)
        }
    }

    @Test func `a fan-out whose model is down is done by the next one, and the first is left alone`() async throws {
        let delegating = """
            outcomes = lathe.delegate_each("Count it.", {str(i): i for i in range(12)}, returns=int, parallel=3)
            print(lathe.ask_model("And now?"))
            lathe.answer(" ".join(one.status for one in outcomes))
            """
        let first = ScriptedModel(name: "first") { _, _ in .failure(Self.noMoney) }
        let next = ScriptedModel(name: "next", parallelCalls: 2) { place, index in
            guard place.depth > 0 else { return index == 0 ? .code(delegating) : nil }
            return place.description.hasSuffix("ask") ? .text("now") : .cut(times: 1, then: "7")
        }
        try await TestSession.run(first, fallbacks: [.success(next)]) { session in
            let outcome = try await session.engine.ask("count")
            #expect(outcome.status == .complete, "\(outcome.reason)")
            #expect(outcome.answer == Array(repeating: "complete", count: 12).joined(separator: " "))
            #expect(first.requests.count == 1, "the account was stopped by its first refusal")
            #expect(await told(session).count == 14)
            #expect(next.mostAtOnce == 2)
        }
    }

    @Test func `why no other model can be made is told where nothing else is left`() async throws {
        let poor = ScriptedModel(name: "poor") { _, _ in .failure(Self.noMoney) }
        let unmade = ModelError(.keyMissing, "second: it needs a key")
        try await TestSession.run(poor, fallbacks: [.failure(unmade)]) { session in
            let outcome = try await session.engine.ask("x")
            #expect(
                outcome.reason.contains(
                    "The account has no money left. No other model of its chain can take over: second: it needs a key"))
            let failed = await session.journal.events(after: 0).compactMap { event in
                if case .turnFailed(let turn) = event.body { turn.reason } else { nil }
            }
            // As it is journaled, so that a replay fails of the same.
            #expect(failed.count == 1 && outcome.reason.contains(failed[0]))
        }
    }

    @Test func `a run of an agent that fell back is recorded as if one model had made it, also where it is saved`()
        async throws
    {
        let saving = """
            counted = lathe.delegate(lathe.agent("judge", "Count.", int), "Count.", data="six", label="a").result()
            lathe.save_agent("judge", "Count.", int, purpose="asked often")
            lathe.answer(str(counted))
            """
        let first = ScriptedModel(name: "first") { place, index in
            guard place.depth > 0 else { return .code(saving) }
            return index == 0 ? .code("x = 6") : .failure(Self.noMoney)
        }
        let next = ScriptedModel(name: "next") { _, _ in .code("lathe.answer(x + 1)") }
        try await TestSession.run(first, fallbacks: [.success(next)]) { session in
            #expect(try await session.engine.ask("count").answer == "7")
            let events = await session.journal.events(after: 0)
            let ended = events.compactMap { if case .subtaskFinished(let one) = $0.body { one } else { nil } }
            let outcome = try #require(ended.first)
            let recording = try AgentRecording(of: outcome, model: "first", session: "", in: events)
            #expect(recording.replies.map(\.turn) == [1, 2] && recording.model == "first, next")
            #expect(recording.cells.map(\.cell) == [1, 2] && recording.result == 7)
            let saved =
                "\(session.folder)/generated-capabilities/proposed/agents/fixtures/judge/example_1.replies.jsonl"
            #expect(try String(contentsOfFile: saved, encoding: .utf8).contains(#""model":"first, next""#))
            // Without another model to do it, the turn is missing.
            let unmended = events.filter { $0.body.kind != .modelFellBack }
            #expect(throws: AgentRecording.Unfit.self) {
                try AgentRecording(of: outcome, model: "first", session: "", in: unmended)
            }
        }
    }

    @Test func `what another model could not mend does not fall back, and the last failure is told`() async throws {
        let second = ScriptedModel(name: "second") { _, _ in .failure(ModelError(.keyRefused, "The key was refused.")) }
        let bad = ScriptedModel(name: "bad") { _, _ in .failure(ModelError(.badRequest, "It was not understood.")) }
        try await TestSession.run(bad, fallbacks: [.success(second)]) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.reason.contains("not understood") && second.requests.isEmpty)
        }
        let poor = ScriptedModel(name: "poor") { _, _ in .failure(Self.noMoney) }
        try await TestSession.run(poor, fallbacks: [.success(second)]) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.status == .failed && outcome.reason.contains("The key was refused."))
            let sentence = await told(session).first?.sentence ?? ""
            #expect(sentence.hasPrefix("second goes on in place of poor (billing)"), "\(sentence)")
        }
    }
}
