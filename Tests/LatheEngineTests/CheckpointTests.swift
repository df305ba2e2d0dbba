import Foundation
import LatheKernelHost
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Going back, through the engine with real kernels: what a user and a model notice of it.
@Suite(.serialized) struct CheckpointTests {
    @Test func `a cell that raised half-way is undone`() async throws {
        try await TestSession.run(ScriptedModel([])) { session in
            let engine = session.engine
            _ = try await engine.execute("import random; random.seed(5); rows = [1, 2, 3]; total = 6")
            #expect(try await engine.execute("rows.append(4); total = None; random.random(); 1 / 0").status == .error)
            let outcome = try await engine.undo()
            #expect(outcome == .undone(RolledBack(checkpoint: 2, cause: .user, undone: [2])))
            let kept = try await engine.execute("(rows, total, random.random())")
            let expected = try await engine.execute("random.seed(5); ([1, 2, 3], 6, random.random())")
            #expect(kept.value?.text == expected.value?.text)
            #expect(await engine.variables.items.map(\.name).contains("rows"))
        }
    }

    @Test func `several cells are undone one after the other, as far as checkpoints are kept`() async throws {
        try await TestSession.run(ScriptedModel([])) { session in
            let engine = session.engine
            for number in 1...6 { _ = try await engine.execute("x = \(number)") }
            var undone: [Int] = []
            while case .undone(let back) = try await engine.undo() { undone += back.undone }
            #expect(undone == [6, 5, 4])
            #expect(try await engine.execute("x").value?.text.head == "3")
        }
    }

    @Test func `before the first cell there is nothing to undo`() async throws {
        try await TestSession.run(ScriptedModel([])) { session in
            let outcome = try await session.engine.undo()
            #expect(outcome == .refused("no cell is left to undo"))
        }
    }

    @Test func `code goes back to a checkpoint of its own when its cell has ended`() async throws {
        let model = ScriptedModel([
            .code("x = 1\nn = lathe.checkpoint('start')\nx = 2"), .code("x = 3"),
            .code("lathe.rollback('start')\nx = 4\nprint('still', x)"),
            .code("lathe.answer(f'{x}, {\"n\" in globals()}')"),
        ])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("go back")
            #expect(outcome.answer == "1, False")
            let events = await session.journal.events(after: 0)
            let backs = events.compactMap { if case .rolledBack(let back) = $0.body { back } else { nil } }
            #expect(backs.map(\.undone) == [[1, 2, 3]])
            #expect(backs.map(\.cause) == [.code])
            #expect(backs.first?.name == "start")
            let last = try #require(model.requests.last?.messages.last?.blocks)
            guard case .callResult(_, let text, false) = last[0], case .text(let told) = last[1] else {
                Issue.record("\(last)")
                return
            }
            #expect(text.contains("still 4") && text.contains("when this cell has ended"))
            #expect(told.contains("checkpoint 2 “start”") && told.contains("Not undone: files"))
            #expect(model.requests.last?.state.contains("n:") == false)
        }
    }

    @Test func `a rollback without a checkpoint of one's own undoes the previous cell`() async throws {
        try await TestSession.run(ScriptedModel([])) { session in
            _ = try await session.engine.execute("x = 1")
            _ = try await session.engine.execute("x = 2")
            _ = try await session.engine.execute("lathe.rollback()")
            #expect(try await session.engine.execute("x").value?.text.head == "1")
            let unknown = try await session.engine.execute("lathe.rollback('nowhere')")
            #expect(unknown.failure?.message.contains("no such checkpoint; kept are") == true, "\(unknown)")
        }
    }

    @Test func `alternatives run from the same state and the best one stays`() async throws {
        try await TestSession.run(ScriptedModel([])) { session in
            let engine = session.engine
            _ = try await engine.execute("base = [3.0]")
            let code = """
                tried = lathe.branch({
                    "a": "base.append(5.0); guess = 'a'; print('one'); abs(sum(base) - 7)",
                    "b": "base.append(4.5); guess = 'b'; abs(sum(base) - 7)",
                    "c": "1 / 0",
                    "d": "lathe.answer('no')",
                })
                print([(t.label, t.status, t.number) for t in tried], tried[0].stdout, tried[2].error, tried[3].error)
                base
                """
            let result = try await engine.execute(code)
            #expect(result.value?.text.head == "[3.0]", "\(result)")
            #expect(
                result.stdout.head.contains(
                    "[('a', 'ok', 1.0), ('b', 'ok', 0.5), ('c', 'error', None), ('d', 'error', None)] one"), "\(result)"
            )
            #expect(
                result.stdout.head.contains("ZeroDivisionError")
                    && result.stdout.head.contains("a branch only computes"))
            #expect(
                try await engine.execute("(base, guess, 'tried' in globals())").value?.text.head
                    == "([3.0, 4.5], 'b', False)")
            let both = try await engine.execute(
                "x = lathe.branch(['v = 1', 'v = 2'], keep=lambda b: 1); y = lathe.branch(['2', '1'], keep=None); [b.number for b in y]"
            )
            #expect(both.value?.text.head == "[2.0, 1.0]", "\(both)")
            #expect(try await engine.execute("v").value?.text.head == "2")
            guard case .undone = try await engine.undo(), case .undone(let back) = try await engine.undo() else {
                Issue.record("a branch that was kept is undone as its cell")
                return
            }
            #expect(back.undone == [4])
            #expect(try await engine.execute("'v' in globals()").value?.text.head == "False")
        }
    }

    @Test func `a kernel that died is replaced from its last checkpoint, and the model is told`() async throws {
        let model = ScriptedModel([
            .code("x = [1]"), .code("x.append(2)\nimport os\nos._exit(3)"), .code("lathe.answer(str(x))"),
        ])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("die")
            #expect(outcome.answer == "[1]")
            guard case .text(let told)? = model.requests.last?.messages.last?.blocks.last else {
                Issue.record("nothing was told")
                return
            }
            #expect(told.contains("took the place of the one that died") && told.contains("undone: cell 2"), "\(told)")
            #expect(told.contains("Not undone: files in the work folder"))
        }
    }

    @Test func `a kernel stuck in C is replaced from its last checkpoint`() async throws {
        try await TestSession.run(ScriptedModel([]), adjust: { $0.interruptGrace = .milliseconds(300) }) { session in
            _ = try await session.engine.execute("kept = 5; import numpy, threading, time, os, signal")
            let stuck = Task {
                try await session.engine.execute(
                    "kept = 6; signal.pthread_sigmask(signal.SIG_BLOCK, [2]); time.sleep(60)")
            }
            try await Task.sleep(for: .milliseconds(600))
            stuck.cancel()
            #expect(try await stuck.value.status == .died)
            #expect(try await session.engine.execute("kept").value?.text.head == "5")
        }
    }

    @Test func `a kernel that died while it was idle comes back from its last checkpoint`() async throws {
        let model = ScriptedModel([.code("lathe.answer(str(x))")])
        try await TestSession.run(model) { session in
            _ = try await session.engine.execute("x = 1")
            _ = try await session.engine.execute("x = 2; import os, threading, time")
            let events = session.log.watch()
            _ = try await session.engine.execute(
                """
                def end_when_told():
                    while not os.path.exists('end'): time.sleep(0.01)
                    os._exit(5)
                if not os.path.exists('armed'):
                    open('armed', 'w').close()
                    threading.Thread(target=end_when_told).start()
                x += 1
                """)
            try "".write(toFile: session.workFolder + "/end", atomically: true, encoding: .utf8)
            _ = try #require(await PlacementTests.loss(in: events))
            #expect(try await session.engine.ask("x?").answer == "3", "the cell after the checkpoint has run again")
        }
    }

    @Test func `what keeps cells from being undone is told once`() async throws {
        try await TestSession.run(ScriptedModel([])) { session in
            let engine = session.engine
            _ = try await engine.execute("f = open('log.txt', 'w')")
            for _ in 0..<3 { _ = try await engine.execute("f.write('x')") }
            let notices = await session.journal.events(after: 0).compactMap {
                if case .notice(let notice) = $0.body { notice.text } else { nil }
            }
            #expect(notices.count == 1, "\(notices)")
            #expect(notices.first?.contains("log.txt, open for writing: close it") == true, "\(notices)")
            guard case .refused(let reason) = try await engine.undo() else {
                Issue.record("it was undone")
                return
            }
            #expect(reason.contains("log.txt"), "\(reason)")
            let asked = try await engine.execute("lathe.checkpoint()")
            #expect(asked.failure?.message.contains("log.txt") == true)
            _ = try await engine.execute("f.close()")
            _ = try await engine.execute("x = 1")
            guard case .undone = try await engine.undo() else {
                Issue.record("after the mend a cell can be undone")
                return
            }
        }
    }

    @Test func `checkpoints that hold too much are let go`() async throws {
        var limits = EngineLimits()
        limits.checkpoints.bytes = 100 << 20
        try await TestSession.run(ScriptedModel([]), limits: limits) { session in
            let engine = session.engine
            _ = try await engine.execute("import numpy; a = numpy.ones(40_000_000)")
            _ = try await engine.execute("a += 1")
            _ = try await engine.execute("b = 1")
            let notices = await session.journal.events(after: 0).compactMap {
                if case .notice(let notice) = $0.body { notice.text } else { nil }
            }
            #expect(notices.contains { $0.contains("105 MB") && $0.contains("used up") }, "\(notices)")
            guard case .undone(let back) = try await engine.undo() else {
                Issue.record("the last cell is undone")
                return
            }
            #expect(back.undone == [3])
            guard case .refused = try await engine.undo() else {
                Issue.record("the checkpoint before cell 2 holds 320 MB alone")
                return
            }
        }
    }

    @Test func `only the session's kernel has checkpoints`() async throws {
        let model = ScriptedModel { place, index in
            if place == .coordinator {
                return index == 0 ? .code("o = lathe.delegate('look at it', 'x').result(); lathe.answer(o)") : nil
            }
            let code = "try:\n    lathe.checkpoint()\nexcept lathe.LatheError as e:\n    lathe.answer(e.reason)"
            return index == 0 ? .code(code) : nil
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer.contains("only the session's kernel"))
        }
    }

    @Test func `a rollback that was asked for when lathe ended is done by the next program run`() async throws {
        let model = ScriptedModel([
            .code("x = 1\nlathe.checkpoint('one')"), .code("x = 2"), .code("lathe.rollback('one')"),
        ])
        let whole = try await TestSession.run(model) { session in
            _ = try await session.engine.ask("x", maxTurns: 3)
            return await session.journal.events(after: 0)
        }
        let cut = try #require(whole.firstIndex { $0.body.kind == .rolledBack })
        let next = ScriptedModel([.code("lathe.answer(str(x))")])
        try await TestSession.run(next, past: Array(whole.prefix(cut)), intent: .resume(Resumption(maxTurns: 9))) {
            session in
            let outcome = try #require(try await session.engine.resume())
            #expect(outcome.answer == "1")
            let done = await session.journal.events(after: cut).first
            #expect(done?.body == whole[cut].body, "it is in the journal, as it would have been")
            #expect("\(next.requests[0].messages)".contains("The working memory is as it was at checkpoint 2 “one”"))
        }
    }

    @Test func `a later program run rebuilds the memory as it was rolled back`() async throws {
        let past = try await TestSession.run(ScriptedModel([])) { session -> [Event] in
            let engine = session.engine
            let cells = [
                "steps = ['one']", "steps.append('two')\nlathe.checkpoint('half')\nsteps.append('rest')",
                "steps.append('three')",
                "lathe.rollback('half')", "steps.append('four')",
                "lathe.branch([\"steps.append('bad'); 2\", \"steps.append('good'); 1\"])\nsteps.append('never')",
                "steps.append('undone')",
            ]
            for cell in cells { _ = try await engine.execute(cell) }
            _ = try await engine.undo()
            #expect(try await engine.execute("steps").value?.text.head == "['one', 'two', 'four', 'good']")
            return await session.journal.events(after: 0)
        }
        try await TestSession.run(ScriptedModel([]), past: past) { session in
            let steps = try await session.engine.execute("steps").value?.text.head
            #expect(steps == "['one', 'two', 'four', 'good']")
            let problems = await session.journal.events(after: past.count).compactMap {
                if case .notice(let notice) = $0.body { notice.text } else { nil }
            }
            #expect(problems == [])
        }
        // Between program runs: as `lathe undo` writes it down.
        let cell = try #require(SessionPast(past).undoableCell)
        #expect(cell == 8)
        var undone = past
        for number in [8, 6] {
            let back = RolledBack(checkpoint: nil, cause: .user, undone: [number])
            undone.append(Event(sequence: undone.count + 1, time: 0, place: .coordinator, body: .rolledBack(back)))
        }
        try await TestSession.run(ScriptedModel([]), past: undone) { session in
            let steps = try await session.engine.execute("steps").value?.text.head
            #expect(steps == "['one', 'two', 'four']")
        }
    }
}
