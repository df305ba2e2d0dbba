import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// What becomes of data results when the working memory goes back.
@Suite(.serialized) struct DataAfterRollbackTests {
    private static let delegate = """
        agent = lathe.agent(name="maker", instructions="Make it.", returns=lathe.Array)
        made = [o.value for o in lathe.delegate_each(agent, {"a": [1], "b": [2], "c": [3]})]
        """
    /// What a handle gives now: a sum, or the code of the error.
    private static let look = """
        def look(handle):
            try: return int(handle.numpy().sum())
            except lathe.LatheError as error: return error.code
        [look(one) for one in made]
        """
    private static var model: ScriptedModel {
        ScriptedModel { place, index in
            place.depth == 1 && index == 0 ? .code("lathe.answer(np.full(1000, data[0]))") : nil
        }
    }

    @Test func `handles taken and dropped since are gone at a checkpoint, and the others are not`() async throws {
        try await TestSession.run(Self.model) { session in
            let engine = session.engine
            _ = try await engine.execute(Self.delegate)
            let used = try await engine.execute("lathe.checkpoint('made'); made[0].numpy(); made[1].drop()")
            #expect(used.status == .ok, "\(used)")
            #expect(await engine.dataWaiting == 8_000)
            _ = try await engine.execute("lathe.rollback('made')")
            let seen = try await engine.execute(Self.look)
            #expect(seen.value?.text.head == "['gone', 'gone', 3000]", "\(seen)")
            #expect(await engine.dataWaiting == 0)
        }
    }

    @Test func `data that only what was undone knew of is dropped`() async throws {
        try await TestSession.run(Self.model) { session in
            let engine = session.engine
            _ = try await engine.execute("before = 1")
            _ = try await engine.execute(Self.delegate)
            #expect(await engine.dataWaiting == 24_000)
            guard case .undone = try await engine.undo() else {
                Issue.record("the cell was not undone")
                return
            }
            #expect(await engine.dataWaiting == 0)
            _ = try await engine.execute(Self.delegate)
            #expect(await engine.dataWaiting == 24_000)
            #expect(try await engine.execute("import os; os._exit(3)").status == .died)
            let seen = try await engine.execute(Self.look)
            #expect(
                seen.value?.text.head == "[1000, 2000, 3000]", "the checkpoint before the last cell has them: \(seen)")
        }
    }

    @Test func `data waits for a checkpoint of one's own that knows of it`() async throws {
        try await TestSession.run(Self.model) { session in
            let engine = session.engine
            _ = try await engine.execute("lathe.checkpoint('empty')")
            _ = try await engine.execute(Self.delegate + "\nlathe.checkpoint('made')")
            _ = try await engine.execute("lathe.rollback('empty')")
            #expect(try await engine.execute("'made' in globals()").value?.text.head == "False")
            #expect(await engine.dataWaiting == 24_000)
            _ = try await engine.execute("lathe.rollback('made')")
            let seen = try await engine.execute(Self.look)
            #expect(seen.value?.text.head == "[1000, 2000, 3000]", "\(seen)")
        }
    }

    @Test func `a subtask whose delegation is undone is stopped and keeps no data`() async throws {
        let model = ScriptedModel { place, index in
            // Long enough to be undone meanwhile.
            place.depth == 1 && index == 0 ? .code("import time; time.sleep(60); lathe.answer(np.ones(1000))") : nil
        }
        try await TestSession.run(model) { session in
            let engine = session.engine
            let begun = try await engine.execute("one = lathe.delegate('make it', 'now', returns=lathe.Array)")
            #expect(begun.status == .ok, "\(begun)")
            guard case .undone = try await engine.undo() else {
                Issue.record("the cell was not undone")
                return
            }
            var outcome: SubtaskOutcome?
            for _ in 0..<3_000 where outcome == nil {
                outcome = await session.journal.events(after: 0).compactMap {
                    if case .subtaskFinished(let outcome) = $0.body { outcome } else { nil }
                }.first
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(outcome?.status == .cancelled, "\(String(describing: outcome))")
            for _ in 0..<500 where await engine.dataWaiting > 0 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(await engine.dataWaiting == 0)
        }
    }
}
