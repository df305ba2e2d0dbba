import Foundation
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// The main job through the engine: a scripted model, everything else real.
@Suite(.serialized) struct SessionTests {
    @Test func `cells share a namespace and the answer comes out of the kernel`() async throws {
        let model = ScriptedModel([
            .code("x = 20"), .code("x += 1\nprint('x is', x)"), .code("lathe.answer(f'The answer is {x * 2}.')"),
        ])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("compute")
            #expect(outcome.status == .complete)
            #expect(outcome.answer == "The answer is 42.")
            #expect(outcome.turns == 3)
            let last = try #require(model.requests.last)
            #expect(last.messages.count == 5)
            #expect(last.messages[4].blocks == [.callResult(id: "call-coordinator-1", text: "x is 21", isError: false)])
        }
    }

    @Test func `an exception is shown to the model with its traceback and the namespace stays`() async throws {
        let model = ScriptedModel([.code("y = 5\n1/0"), .code("lathe.answer(str(y))")])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("divide")
            #expect(outcome.answer == "5")
            guard case .callResult(_, let text, true)? = model.requests.last?.messages.last?.blocks.first else {
                Issue.record("the traceback was not sent")
                return
            }
            #expect(text.contains("ZeroDivisionError: division by zero"))
        }
    }

    @Test func `the whole of a cut output can be had again`() async throws {
        let model = ScriptedModel([
            .code("print('short')"), .code("print('x' * 50_000)"), .code("1/0"),
            .code("lathe.answer(f'{lathe.output(1)!r} {len(lathe.output(2))} {lathe.output(3, \"traceback\")[-16:]}')"),
        ])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "'short\\n' 50001 division by zero")
        }
    }

    @Test func `an answer put by a cell that fails is dropped`() async throws {
        let model = ScriptedModel([.code("lathe.answer('half')\nraise ValueError('no')"), .text("whole")])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "whole")
        }
    }

    @Test func `slices go to subtasks by reference and typed results come back in order`() async throws {
        let coordinator = """
            import pandas as pd
            frame = pd.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
            agent = lathe.agent(name="adder", instructions="Add up v.", returns={"total": int})
            outcomes = lathe.delegate_each(agent, frame.groupby("k"), task="add")
            lathe.answer(str([(o.label, o.status, o.value) for o in outcomes]))
            """
        let model = ScriptedModel { place, index in
            if place == .coordinator { return index == 0 ? .code(coordinator) : nil }
            return index == 0 ? .code("lathe.answer({'total': int(data['v'].sum())})") : nil
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("sum")
            #expect(
                outcome.answer == "[('a', 'complete', {'total': 4}), ('b', 'complete', {'total': 2})]")
            #expect(outcome.subtasks == 2)
            #expect(outcome.status == .complete)
            let subtask = try #require(model.requests.first { $0.place == Place.coordinator.child("a") })
            #expect(subtask.state.contains("data: DataFrame 2×2"))
            #expect(!subtask.state.contains("frame:"))
        }
    }

    @Test func `a result that does not fit is mended once, then fails without taking others down`() async throws {
        let coordinator = """
            agent = lathe.agent(name="counter", instructions="Count.", returns={"n": int})
            outcomes = lathe.delegate_each(agent, {"good": [1], "bad": [2], "mends": [3]}, task="count")
            lathe.answer("; ".join(f"{o.label} {o.status} {o.value} {o.reason}" for o in outcomes))
            """
        let wrong = "lathe.answer({'n': 'many'})"
        let right = "lathe.answer({'n': len(data)})"
        let script: [String: [String]] = ["good": [right], "bad": [wrong, wrong], "mends": [wrong, right]]
        let model = ScriptedModel { place, index in
            if place == .coordinator { return index == 0 ? .code(coordinator) : nil }
            let lines = script[place.path.last ?? ""] ?? []
            return lines.indices.contains(index) ? .code(lines[index]) : nil
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("count")
            #expect(outcome.answer.contains("good complete {'n': 1}"))
            #expect(outcome.answer.contains("mends complete {'n': 1}"))
            #expect(outcome.answer.contains("bad failed None"))
            #expect(outcome.answer.contains("result.n must be integer, not string"))
            #expect(outcome.status == .incomplete)
            #expect(outcome.reason == "1 of 3 subtasks did not complete: bad")
        }
    }

    @Test func `a subtask whose model fails is a typed outcome`() async throws {
        let model = ScriptedModel { place, index in
            if place == .coordinator {
                let code =
                    "t = lathe.delegate(lathe.agent(name='w', instructions='x'), 'do')\ntry:\n    t.result()\n"
                    + "except Exception as e:\n    lathe.answer(f'{type(e).__name__}: {e}')"
                return index == 0 ? .code(code) : nil
            }
            return .failure(ModelError(.rateLimited, "too many requests"))
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer.contains("too many requests"))
            #expect(outcome.status == .incomplete)
        }
    }

    @Test func `the kernel's death is told, and the work goes on in a new kernel`() async throws {
        let model = ScriptedModel([
            .code("z = 1"), .code("import os; os.abort()"), .code("lathe.answer(str('z' in globals()))"),
        ])
        var limits = EngineLimits()
        limits.checkpoints.kernelBytes = -1
        try await TestSession.run(model, limits: limits) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "True", "cell 1 has run again: there are no copies")
            let last = try #require(model.requests.last?.messages.last)
            guard case .callResult(_, let text, true)? = last.blocks.first else {
                Issue.record("the death was not told")
                return
            }
            #expect(text.contains("SIGABRT"))
            #expect(text.contains("Its variables are gone") && text.contains("The kernel died."))
        }
    }

    @Test func `stopping interrupts the cell and cancels the subtasks`() async throws {
        let model = ScriptedModel { place, index in
            if place == .coordinator {
                return .code("lathe.delegate_each(lathe.agent(name='s', instructions='x'), {'a': 1, 'b': 2}, task='t')")
            }
            return .code("import time; time.sleep(600)")
        }
        try await TestSession.run(model) { session in
            let started = session.log.watch()
            let task = Task { try await session.engine.ask("x") }
            var cells = 0
            for await event in started {
                if case .cellStarted = event.body { cells += 1 }
                if cells == 3 { break }
            }
            task.cancel()
            let outcome = try await task.value
            #expect(outcome.status == .cancelled)
            #expect(outcome.failedSubtasks.map(\.status) == [.cancelled, .cancelled])
        }
    }

    @Test func `one subtask can be cancelled and its siblings go on`() async throws {
        let coordinator = """
            tasks = [lathe.delegate(lathe.agent(name="s", instructions="x"), "t", label=name) for name in ("slow", "quick")]
            tasks[0].cancel()
            lathe.answer(f"{tasks[0].outcome().status} {tasks[1].result()}")
            """
        let model = ScriptedModel { place, _ in
            if place == .coordinator { return .code(coordinator) }
            return place.path.last == "slow" ? .hang : .text("ready")
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(["cancelled ready", "not_run ready"].contains(outcome.answer), "\(outcome)")
            #expect(outcome.failedSubtasks.map(\.label) == ["slow"])
        }
    }

    @Test func `a subtask that nobody waited for is stopped with the task and not hidden`() async throws {
        let model = ScriptedModel { place, index in
            guard place == .coordinator else { return .hang }
            guard index == 0 else { return .text("still done") }
            return .code(
                "lathe.delegate(lathe.agent(name='s', instructions='x'), 't', label='left')\nlathe.answer('done')")
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "still done")
            #expect(outcome.status == .incomplete)
            #expect(outcome.reason == "1 of 1 subtasks did not complete: left")
            let told = model.requests.map { $0.messages.flatMap(\.blocks).map { "\($0)" }.joined() }
            #expect(told.contains { $0.contains("Still running in the background: 1 (subtask://1 left)") }, "\(told)")
        }
    }

    @Test func `a host call that carries data as text is refused and its text is not journaled`() async throws {
        let code = "try:\n    lathe.answer('x' * 5_000_000)\nexcept Exception as e:\n    lathe.answer(str(e))"
        try await TestSession.run(ScriptedModel([.code(code)])) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "answer carries 5000012 bytes, more than 4194304; hand data over as a slice")
            for event in await session.journal.events(after: 0) {
                if case .hostCalled(let called) = event.body { #expect(called.arguments.text.count < 1_000) }
            }
        }
    }

    @Test func `a saved function and agent are used in a later session`() async throws {
        let save = """
            def double_all(values: list[int]) -> list[int]:
                \"\"\"Double every value.

                Example:
                    >>> double_all([1, 2])
                    [2, 4]
                \"\"\"
                return [value * 2 for value in values]

            lathe.save_function(double_all)
            lathe.save_agent("adder", instructions="Add up data.", returns={"total": int})
            from lathe.capabilities import double_all as again
            lathe.answer(str(again([4])))
            """
        let model = ScriptedModel([.code(save)])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("save")
            #expect(outcome.answer == "[8]")
            #expect(
                outcome.saved.map(\.capability.path) == [
                    "proposed/functions/double_all.py", "proposed/agents/adder.py",
                ])
            #expect(try await session.library.list().map(\.status) == [.proposed, .proposed])
            #expect(try await session.library.agent(named: "adder", for: "test").instructions == "Add up data.")
        }
    }

    @Test func `an earlier session's memory is rebuilt and nothing is asked or saved twice`() async throws {
        let code = """
            total = sum(o.value["n"] for o in lathe.delegate_each(
                lathe.agent(name="c", instructions="x", returns={"n": int}), {"a": [1], "b": [1, 2]}, task="t"))
            """
        let first = ScriptedModel { place, index in
            if place == .coordinator { return index == 0 ? .code(code) : .text("done") }
            return .code("lathe.answer({'n': len(data)})")
        }
        let events = try await TestSession.run(first) { session in
            _ = try await session.engine.ask("x")
            return await session.journal.events(after: 0)
        }
        let second = ScriptedModel([.code("lathe.answer(str(total))")])
        try await TestSession.run(second, past: events) { session in
            let outcome = try await session.engine.ask("and now?")
            #expect(outcome.answer == "3")
            #expect(second.requests.count == 1)
            #expect(second.requests[0].turn == 3)
        }
    }

    @Test(arguments: [
        (ScriptedModel.Line.text(""), OutcomeStatus.failed, "three replies in a row"),
        (.reply(ModelReply(text: "half a", stop: .maxTokens, model: "m")), .incomplete, "three replies in a row"),
        (
            .reply(ModelReply(text: "I will not.", stop: .refusal, model: "m")), .refused,
            "the model refused: I will not."
        ),
        (.code("x = 1"), .incomplete, "stalled: the model sent the same cell with the same result 7 times"),
        (
            .reply(ModelReply(text: "", calls: [ToolCall(id: "1", code: "print(")], stop: .maxTokens, model: "m")),
            .incomplete, "reached the limit of 8192 output tokens and was cut"
        ),
        (
            .reply(
                ModelReply(
                    text: "", calls: [ToolCall(id: "1", name: "bash", code: "ls")], stop: .toolUse, model: "m")),
            .failed, "code. There is no bash."
        ),
        (.reply(ModelReply(text: "", stop: .refusal, model: "m")), .refused, "the model refused, without a reason"),
    ])
    func `a model that gets nowhere is stopped and never reported as an answer`(
        line: ScriptedModel.Line, status: OutcomeStatus, reason: String
    ) async throws {
        let model = ScriptedModel { place, _ in place == .coordinator ? line : nil }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.status == status)
            #expect(outcome.answer == "")
            #expect(outcome.reason.contains(reason))
        }
    }

    @Test func `a kernel that had to be killed to stop a task is replaced for the next one`() async throws {
        let deaf = "import time\nwhile True:\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass"
        let model = ScriptedModel([.code("a = 1"), .code(deaf), .code("lathe.answer(str('a' in dir()))")])
        try await TestSession.run(model) { session in
            let engine = session.engine
            let work = Task { try await engine.ask("x") }
            while model.requests.count < 2 { try await Task.sleep(for: .milliseconds(20)) }
            try await Task.sleep(for: .milliseconds(300))
            work.cancel()
            let stopped = try await work.value
            #expect(stopped.status == .cancelled)
            let next = try await engine.ask("y")
            #expect(next.answer == "True", "from the checkpoint before the cell")
            #expect(next.turns == 1)
        }
    }

    @Test func `the memory from before a deadly last cell is there again in the next program run`() async throws {
        let first = ScriptedModel([.code("a = 41"), .code("import os; os.abort()")])
        let events = try await TestSession.run(first) { session in
            let outcome = try await session.engine.ask("x", maxTurns: 2)
            #expect(outcome.status == .incomplete)
            return await session.journal.events(after: 0)
        }
        let second = ScriptedModel([.code("lathe.answer(str(a + 1))")])
        try await TestSession.run(second, past: events) { session in
            let outcome = try await session.engine.ask("go on")
            #expect(outcome.answer == "42")
        }
    }

    @Test func `a short question to a model gives its text, or a value of the asked form`() async throws {
        let code = "t = lathe.ask_model('q')\nv = lathe.ask_model('r', returns={'n': int})\nlathe.answer(f'{t!r} {v}')"
        let model = ScriptedModel { place, index in
            if place == .coordinator { return index == 0 ? .code(code) : nil }
            return .text(index == 0 ? "yes" : #"{"n": 3}"#)
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "'yes' {'n': 3}")
        }
    }

    @Test func `a task that spent nothing says so after one whose cost is unknown`() async throws {
        let model = ScriptedModel([
            .reply(ModelReply(text: "hi", stop: .endTurn, usage: Usage(input: 5), cost: .unknown, model: "m")),
            .failure(ModelError(.keyRefused, "no")),
        ])
        try await TestSession.run(model) { session in
            let first = try await session.engine.ask("x")
            #expect(first.cost == .unknown)
            let second = try await session.engine.ask("y")
            #expect(second.cost == .none)
            #expect(second.usage == Usage())
        }
    }

    @Test func `turns used up are an incomplete task`() async throws {
        let model = ScriptedModel { _, index in .code("x = \(index)") }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x", maxTurns: 2)
            #expect(outcome.status == .incomplete)
            #expect(outcome.turns == 2)
        }
    }

    @Test func `a journal that cannot be written stops the work before the model is asked`() async throws {
        let model = ScriptedModel([.text("never")])
        try await TestSession.run(model) { session in
            await session.journal.fail(with: JournalError(.diskFull, "the disk is full"))
            await #expect(throws: JournalError(.diskFull, "the disk is full")) { try await session.engine.ask("x") }
            #expect(model.requests.isEmpty)
        }
    }

    @Test func `inputs are described by shape and columns and not one value`() async throws {
        let path = FileManager.default.temporaryDirectory.path + "/lathe-input-\(UUID().uuidString).csv"
        try Data("city,people\nAtlantis,4711\nEl Dorado,1234\n".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let model = ScriptedModel([.code("lathe.answer(str(int(towns['people'].sum())))")])
        let input = DataInput(name: "towns", path: path, format: .csv)
        try await TestSession.run(model, inputs: [input]) { session in
            let outcome = try await session.engine.ask("how many?")
            #expect(outcome.answer == "5945")
            let state = try #require(model.requests.first?.state)
            #expect(state.contains("towns: DataFrame 2×2"))
            #expect(state.contains("city"))
            #expect(!state.contains("Atlantis"))
            #expect(!state.contains("4711"))
        }
    }
}
