import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Tool calls and questions that go on beside cells, through real kernels.
@Suite(.serialized) struct BackgroundTests {
    private static let load = "from lathe.tools.crm import add\n"

    private func recorded(_ session: TestSession, _ kind: EventBody.Kind) async -> [EventBody] {
        await session.journal.events(after: 0).map(\.body).filter { $0.kind == kind }
    }

    @Test func `what a cell begins goes on behind it, and a later turn takes the result`() async throws {
        let tools = StagedTools { (name, progress) throws(ToolError) in
            progress(ToolProgress(done: 1, total: 4, message: "at \(name)"))
            return name == "bad" ? name : "added \(name)"
        }
        let model = ScriptedModel { place, index in
            guard place == .coordinator else { return .text("heron") }
            return switch index {
            case 0:
                .code(Self.load + "kept = add.later('Ada')\nadd.later('bad')\nword = lathe.ask_model.later('Which?')")
            case 1: .code("ended = lathe.gather(lathe.subtask('subtask://1'), lathe.subtask('subtask://3'))")
            default:
                .code(
                    """
                    try: lathe.subtask(2).result()
                    except lathe.ToolError as error: ended += [str(error)]
                    lathe.answer(str(ended + [kept.status]))
                    """)
            }
        }
        try await TestSession.run(model, tools: SessionTools(access: tools, rules: ToolRules(allow: ["*"]))) {
            session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "['added Ada', 'heron', 'crm.add: bad', 'complete']", "\(outcome)")
            #expect(outcome.status == .complete)
            let state = model.requests.first { $0.place == .coordinator && $0.turn == 2 }?.state ?? ""
            #expect(state.contains("in the background: ") && state.contains("subtask://1 crm/add"), "\(state)")
            let ended = await recorded(session, .backgroundFinished).map(\.outcome)
            #expect(Set(ended) == [.complete, .failed] && ended.count == 3)
            #expect(await recorded(session, .backgroundProgressed).count == 2)
            #expect(model.requests.map(\.place).contains(Place.coordinator.question(3)))
        }
    }

    @Test func `an answer while work runs is told once, and then counts as incomplete`() async throws {
        let tools = StagedTools { (_, _) throws(ToolError) in try await StagedTools.hang() }
        let model = ScriptedModel([
            .code(Self.load + "add.later('Ada')\nlathe.answer('done')"), .text("Done all the same."),
        ])
        try await TestSession.run(model, tools: SessionTools(access: tools, rules: ToolRules(allow: ["*"]))) {
            session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.status == .incomplete)
            #expect(outcome.answer == "Done all the same.")
            #expect(outcome.reason == "1 of 1 subtasks did not complete: crm/add")
            let told = model.requests.last?.messages.flatMap(\.blocks).map { "\($0)" }.joined() ?? ""
            #expect(told.contains("Still running in the background: 1 (subtask://1 crm/add)"), "\(told)")
            #expect(await recorded(session, .backgroundFinished).map(\.outcome) == [.cancelled])
        }
    }

    @Test func `work that code cancelled, or whose cell is undone, is stopped and nobody misses it`() async throws {
        let tools = StagedTools { (_, _) throws(ToolError) in try await StagedTools.hang() }
        let model = ScriptedModel([
            .code("before = 1"), .code("lathe.checkpoint('here')"),
            .code(Self.load + "gone = add.later('undone')\nlathe.rollback('here')"),
            .code(Self.load + "own = add.later('own')\nown.cancel()\nstatus = own.outcome().status"),
            .code("lathe.answer(f'{status} {\"gone\" in globals()}')"),
        ])
        try await TestSession.run(model, tools: SessionTools(access: tools, rules: ToolRules(allow: ["*"]))) {
            session in
            let outcome = try await session.engine.ask("x")
            #expect(["cancelled False", "not_run False"].contains(outcome.answer), "\(outcome)")
            #expect(outcome.status == .complete, "\(outcome)")
            let said = await recorded(session, .notice).map { "\($0)" }.joined()
            #expect(said.contains("the cell that began it is undone: crm/add (subtask://1)"), "\(said)")
        }
    }

    @Test func `a kernel that is replaced finds its work again`() async throws {
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let tools = StagedTools { (name, _) throws(ToolError) in
            for await _ in gate { break }
            return "added \(name)"
        }
        let model = ScriptedModel([
            .code(Self.load + "kept = add.later('Ada')"), .code("import os; os._exit(3)"),
            .code("lathe.answer(kept.result())"),
        ])
        try await TestSession.run(model, tools: SessionTools(access: tools, rules: ToolRules(allow: ["*"]))) {
            session in
            let seen = session.log.watch()
            let task = Task { try await session.engine.ask("x") }
            for await event in seen {
                if case .kernelReplaced = event.body { break }
            }
            opening.finish()
            let outcome = try await task.value
            #expect(outcome.answer == "added Ada")
            #expect(tools.names == ["Ada"])
        }
    }

    @Test func `a question in the background that finds no room in the budget says so`() async throws {
        let model = ScriptedModel { place, index in
            guard place == .coordinator else { return .text("heron") }
            return index == 0
                ? .code(
                    """
                    asked = [lathe.ask_model.later('word ' * 4000) for _ in range(3)]
                    ended = [one.outcome() for one in asked]
                    got = lathe.gather(asked, return_exceptions=True)
                    lathe.answer(str([one.status for one in ended]) + got[-1].code)
                    """) : nil
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("x", budget: BudgetLimits(modelCalls: 1))
            #expect(outcome.answer == "['out_of_budget', 'out_of_budget', 'out_of_budget']out_of_budget", "\(outcome)")
            #expect(model.requests.allSatisfy { $0.place == .coordinator })
        }
    }

    @Test func `a subtask's kernel sees its own work and its parent sees both, and nobody else does`() async throws {
        let tools = StagedTools { (name, _) throws(ToolError) in "added \(name)" }
        let model = ScriptedModel { place, index in
            if place == .coordinator {
                return .code(
                    """
                    from lathe.tools.crm import add
                    agent = lathe.agent("w", "work")
                    mine = add.later("mine")
                    said = lathe.delegate(agent, "t", label="child").result()
                    lathe.answer(f"{said}; {lathe.subtask(3).result()}; {len(lathe.subtasks())}")
                    """)
            }
            return .code(
                """
                from lathe.tools.crm import add
                own = add.later("child's").result()
                try: lathe.subtask("subtask://1")
                except lathe.LatheError as error: lathe.answer(f"{own}, {error.code}")
                """)
        }
        try await TestSession.run(model, tools: SessionTools(access: tools, rules: ToolRules(allow: ["*"]))) {
            session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "added child's, not_allowed; added child's; 2", "\(outcome)")
        }
    }

    @Test func `a result that was told is the journal's, and is given again from there, also in a later run`()
        async throws
    {
        let tools = StagedTools { (name, _) throws(ToolError) in "added \(name)" }
        let rules = ToolRules(allow: ["*"])
        let twice = """
            told = f"{lathe.subtask(1).result()} {lathe.subtask(1).result()}, {lathe.subtask(2).result()}"
            lathe.answer(told)
            """
        let first = ScriptedModel { place, _ in
            guard place == .coordinator else { return .text("heron") }
            return .code(
                Self.load + "add.later('Ada').result()\nlathe.ask_model.later('Which?').result()\n" + twice)
        }
        let events = try await TestSession.run(first, tools: SessionTools(access: tools, rules: rules)) { session in
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "added Ada added Ada, heron", "\(outcome)")
            let kept = await session.engine.registry.entries.values.map { $0.outcome?.status }
            #expect(kept == [.complete, .complete])
            #expect(await session.engine.registry.entries.values.allSatisfy { $0.outcome?.value == nil })
            return await session.journal.events(after: 0)
        }
        #expect(SessionPast(events).callOutcomes.values.allSatisfy { $0.outcome.value == nil })
        let second = ScriptedModel([.code(twice)])
        try await TestSession.run(second, past: events, tools: SessionTools(access: tools, rules: rules)) { session in
            let outcome = try await session.engine.ask("again")
            #expect(outcome.answer == "added Ada added Ada, heron", "\(outcome)")
        }
        #expect(tools.names == ["Ada"])
    }

    // MARK: After an end in the middle

    /// The journal of a run that was stopped at the first event that `end` wants, without it and all that follows.
    private func cut(_ events: [Event], before end: (EventBody) -> Bool) -> [Event] {
        Array(events.prefix { !end($0.body) })
    }

    @Test func `after an end in the middle no call is sent twice and none is lost`() async throws {
        let tools = StagedTools { (name, _) throws(ToolError) in
            name == "sent" ? try await StagedTools.hang() : "added \(name)"
        }
        let code = Self.load + "a = add.later('ended')\na.result()\nb = add.later('sent')\nc = add.later('waiting')"
        let first = ScriptedModel { _, index in index == 0 ? .code(code) : .hang }
        var limits = EngineLimits()
        limits.parallelCalls = 1
        let rules = ToolRules(allow: ["*"])
        let events = try await TestSession.run(first, limits: limits, tools: SessionTools(access: tools, rules: rules))
        {
            session in
            let seen = session.log.watch()
            let task = Task { try await session.engine.ask("x") }
            var (sent, turns) = (0, 0)
            for await event in seen {
                if case .backgroundStarted = event.body { sent += 1 }
                if case .turnStarted = event.body { turns += 1 }
                if sent == 2, turns == 2 { break }
            }
            let events = await session.journal.events(after: 0)
            task.cancel()
            _ = try await task.value
            return events
        }
        #expect(tools.names == ["ended", "sent"])
        let again = StagedTools { (name, _) throws(ToolError) in "added \(name)" }
        let second = ScriptedModel([
            .code(
                """
                got = lathe.gather(lathe.subtask(1), lathe.subtask(2), lathe.subtask(3), return_exceptions=True)
                lathe.answer(str([got[0], got[1].code, got[2], a.uri]))
                """)
        ])
        try await TestSession.run(
            second, past: events, intent: .resume(Resumption()), tools: SessionTools(access: again, rules: rules)
        ) { session in
            let outcome = try await session.engine.resume()
            #expect(
                outcome?.answer == "['added ended', 'unknown_outcome', 'added waiting', 'subtask://1']",
                "\(outcome as Any)")
            #expect(again.names == ["waiting"])
            let said = await recorded(session, .notice).map { "\($0)" }.joined()
            #expect(said.contains("not repeated: crm/add (subtask://2)"), "\(said)")
        }
    }
}
