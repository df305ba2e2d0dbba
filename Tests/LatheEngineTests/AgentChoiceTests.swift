import LatheEngine
import LatheTestSupport
import LatheVocabulary
import Testing

/// Which agent does a task where code names none, and who may delegate to whom: with a real library, real kernels, scripted replies.
@Suite(.serialized) struct AgentChoiceTests {
    private static let trying = """
        def tried(f, *arguments, **named):
            try:
                return f(*arguments, **named)
            except lathe.LatheError as error:
                return str(error)

        """

    private static func events(_ session: TestSession, _ kind: EventBody.Kind) async -> [Event] {
        await session.journal.events(after: 0).filter { $0.body.kind == kind }
    }

    private static func told(_ session: TestSession) async -> String {
        await session.journal.events(after: 0).compactMap { event -> String? in
            guard event.place == .coordinator, case .cellFinished(let result) = event.body else { return nil }
            return result.stdout.head + (result.failure?.traceback ?? "")
        }.joined()
    }

    @Test func `an unhealthy agent is not chosen, says why, and can still be named`() async throws {
        let choosing = ScriptedModel(name: "small-one") { place, turn in
            place == Place.coordinator.questions && turn < 2
                ? .text(#"{"agent": "writer", "because": "it writes"}"#) : nil
        }
        let model = ScriptedModel { place, turn in
            switch (place.description, turn) {
            case ("coordinator", 0):
                .code(
                    Self.trying + #"""
                        words = "look for what is wrong with this work, review it"
                        print("before", lathe.agents(words)[0].name)
                        for n in range(3):
                            print(lathe.delegate("critic", "Judge it", data="x", label=f"try{n}", max_turns=1,
                                                 required=False).outcome().status)
                        found = lathe.agents(words, limit=5)
                        print("after", "critic" in [one.name for one in found], found.left_out)
                        lathe.save_agent("reviewer", "Judge works.", str, skills=["judge works"])
                        print([lathe.delegate("reviewer", "x", label="try0", max_turns=1, required=False).outcome().ok
                               for _ in range(3)], lathe.find("reviewer, who judges works"))
                        done = lathe.delegate(None, "write a short report for people about this text", data="two lines")
                        beside = lathe.delegate.later(None, "write a short report for people about that text", data="one")
                        print(done.result()["text"], lathe.gather(beside)[0]["text"])
                        lathe.answer("done")
                        """#)
            case (let name, 0) where name.hasPrefix("coordinator/try"): .code("1")
            case ("coordinator/writer", 0), ("coordinator/writer#2", 0):
                .code(#"lathe.answer({"text": f"Lines: {data}.", "figures": [], "left_out": [], "unsure": []})"#)
            default: nil
            }
        }
        try await TestSession.run(model, roles: ["small": choosing], counts: true) { session in
            let outcome = try await session.engine.ask("Judge")
            let told = await Self.told(session)
            #expect(outcome.status == .complete, "\(outcome.reason) \(told)")
            #expect(told.hasPrefix("before critic\nincomplete\nincomplete\nincomplete\nafter False "), "\(told)")
            #expect(told.contains("'agent': 'critic'"), "\(told)")
            #expect(told.contains("it is unhealthy: 3 of its newest 3 subtasks failed"), "\(told)")
            #expect(told.contains("# agent, proposed, unhealthy: 3 of its newest 3 subtasks failed"), "\(told)")
            #expect(told.hasSuffix("Lines: two lines. Lines: one.\n"), "\(told)")
            let chosen = await Self.events(session, .agentChosen).compactMap { event -> AgentChosen? in
                if case .agentChosen(let one) = event.body { one } else { nil }
            }
            let one = try #require(chosen.first)
            #expect(chosen.map(\.chosen) == ["writer", "writer"])
            #expect(one.need == "write a short report for people about this text")
            #expect(one.candidates.first?.agent == "writer" && !one.candidates.contains { $0.agent == "critic" })
            #expect(!one.because.isEmpty)
            let listed = try #require(try await session.library.agents().first { $0.name == "critic" })
            #expect(listed.isBuiltIn && listed.health.judged == 3 && listed.health.completed == 0)
            #expect(listed.health.unhealthy != nil && listed.health.lastFailure != nil)
        }
    }

    @Test func `what an agent's file says of delegating holds, and its own limit makes others wait`() async throws {
        let model = ScriptedModel { place, turn in
            switch (place.description, turn) {
            case ("coordinator", 0):
                .code(
                    Self.trying + #"""
                        lathe.save_agent("loner", "Think.", str, role="worker")
                        lathe.save_agent("closer", "Close.", str, may_be_delegated_to=False, skills=["close books"])
                        lathe.save_agent("single", "Think.", str, max_parallel=1)
                        print(tried(lathe.save_agent, "boss", "Think.", str, role="boss"))
                        print(tried(lathe.delegate, "closer", "close"))
                        print(tried(lathe.plan, "Close.", [lathe.step("shut", "close", agent="closer")]))
                        print([one["agent"] for one in lathe.agents("close books", limit=5).left_out])
                        print(lathe.delegate("loner", "think").result())
                        print([one.status for one in lathe.delegate_each("single", {"a": 1, "b": 2, "c": 3}, "think")])
                        print(tried(lathe.delegate, lathe.agents("think")[0], "x").result())
                        forged = lathe.AgentFound("loner", "", None, 1.0, "", (), "worker", None, True, 999, 1)
                        print(tried(lathe.delegate, forged, "think"))
                        lathe.answer("done")
                        """#)
            case ("coordinator/loner", 0):
                .code(Self.trying + #"lathe.answer(str(tried(lathe.delegate, "Help.", "do it")))"#)
            case (let name, 0) where name.hasPrefix("coordinator/"): .code("lathe.answer('thought')")
            default: nil
            }
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("Delegate")
            let told = await Self.told(session)
            #expect(outcome.status == .complete, "\(outcome.reason) \(told)")
            #expect(told.contains("ROLE is 'worker', 'orchestrator' or 'both', not 'boss'"), "\(told)")
            #expect(told.contains("agent closer may not be delegated to, as MAY_BE_DELEGATED_TO in its file says"))
            #expect(told.contains("plan: step 'shut': agent closer may not be delegated to"), "\(told)")
            #expect(told.contains("['closer']"), "\(told)")
            #expect(told.contains("agent loner does not delegate, as ROLE = \"worker\" in its file says"), "\(told)")
            #expect(told.contains("['complete', 'complete', 'complete']"), "\(told)")
            #expect(told.contains("choice names a search of this kernel that found the agent"), "\(told)")
            // One after the other: none begins before the one before it has ended.
            let single = await session.journal.events(after: 0).compactMap { event -> String? in
                switch event.body {
                case .subtaskStarted(let one) where ["a", "b", "c"].contains(one.label): "begins"
                case .subtaskFinished(let one) where ["a", "b", "c"].contains(one.label): "ends"
                default: nil
                }
            }
            #expect(single == ["begins", "ends", "begins", "ends", "begins", "ends"])
        }
    }
}
