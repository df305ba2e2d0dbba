import LatheEngine
import LatheTestSupport
import LatheVocabulary
import Testing

/// What a saved agent's file says of its model, budget and capabilities holds for its subtasks.
struct AgentRightsTests {
    private static let saving = #"""
        def count_rows(rows: list[int]) -> int:
            """Return how many rows there are."""
            return len(rows)

        def sum_rows(rows: list[int]) -> int:
            """Return the sum of rows."""
            return sum(rows)

        lathe.save_function(count_rows)
        lathe.save_function(sum_rows)
        lathe.save_agent("counter", "Count.", {"n": int}, model="small", capabilities=["count_rows"])
        lathe.save_agent("loner", "Think.", str, capabilities=[])
        lathe.save_agent("spender", "Spend.", {"n": int}, budget={"tokens": 150})

        """#

    /// What a kernel says when it tries to use each of these.
    private static let trying = """
        def tried(f, *arguments):
            try:
                return f(*arguments)
            except (ImportError, lathe.LatheError) as error:
                return f"{type(error).__name__}: {error}"

        def imported(name):
            namespace = {}
            exec(f"from lathe.capabilities import {name}", namespace)
            return namespace[name]([1, 2])

        """

    private static func told(_ session: TestSession) async -> [String: String] {
        var told: [String: String] = [:]
        for event in await session.journal.events(after: 0) {
            guard case .cellFinished(let result) = event.body else { continue }
            told[event.place.description, default: ""] += result.stdout.head + (result.failure?.traceback ?? "")
        }
        return told
    }

    @Test func `an agent is played by its own model and uses the capabilities of its list alone`() async throws {
        let small = ScriptedModel(name: "small-one") { place, turn in
            guard place.description == "coordinator/counter", turn == 0 else { return nil }
            return .code(
                Self.trying + """
                    print(tried(imported, "count_rows"))
                    print(tried(imported, "sum_rows"))
                    print(tried(lathe.delegate, "spender", "spend"))
                    print(lathe.find("sum of rows"))
                    print("below:", lathe.delegate("Try it.", "try", label="below").result())
                    lathe.answer({"n": imported("count_rows")})
                    """)
        }
        let model = ScriptedModel { place, turn in
            switch (place.description, turn) {
            case ("coordinator", 0):
                .code(
                    Self.saving + """
                        print(lathe.delegate("counter", "count").result())
                        print(lathe.delegate("loner", "think").result())
                        lathe.answer("done")
                        """)
            case ("coordinator/counter/below", 0), ("coordinator/loner", 0):
                .code(Self.trying + "lathe.answer(str(tried(imported, 'sum_rows')))")
            default: nil
            }
        }
        try await TestSession.run(model, roles: ["small": small]) { session in
            let outcome = try await session.engine.ask("Count")
            #expect(outcome.status == .complete, "\(outcome.reason)")
            let told = await Self.told(session)
            let refusal =
                "agent counter may use only count_rows of the library, as CAPABILITIES in its file says: do without"
            let lines = try #require(told["coordinator/counter"]).split(separator: "\n").map(String.init)
            #expect(lines.prefix(3) == ["2", "ImportError: \(refusal) sum_rows", "LatheError: \(refusal) spender"])
            #expect(lines.contains { $0.contains("count_rows(rows: list[int]) -> int") }, "\(lines)")
            #expect(!lines.contains { $0.contains("sum_rows(rows") }, "\(lines)")
            #expect(lines.last == "below: ImportError: \(refusal) sum_rows", "agents defined there use no more")
            #expect(
                told["coordinator"]?.contains(
                    """
                    {'n': 2}
                    ImportError: agent loner may use nothing of the library, as CAPABILITIES in its file says: do without \
                    sum_rows
                    """) == true, "\(told)")
            let refused = await session.journal.events(after: 0).compactMap { event -> String? in
                guard case .hostAnswered(let answer) = event.body, answer.code == "not_allowed" else { return nil }
                return "\(event.place) \(answer.name)"
            }
            #expect(
                Set(refused) == [
                    "coordinator/counter capability", "coordinator/counter delegate",
                    "coordinator/counter/below capability", "coordinator/loner capability",
                ])
        }
    }

    @Test func `each subtask of an agent has the budget of its file, unless a delegation says another`() async throws {
        let model = ScriptedModel { place, turn in
            switch (place.description, turn) {
            case ("coordinator", 0):
                .code(
                    Self.saving + """
                        print(lathe.delegate("spender", "spend", label="poor").outcome())
                        print(lathe.delegate("spender", "spend", label="rich", budget={"tokens": 500_000}).outcome())
                        lathe.save_agent("eater", "Eat.", str, budget={"tokens": "2M"})
                        print(lathe.delegate("eater", "eat", label="greedy").outcome())
                        lathe.answer("done")
                        """)
            case ("coordinator/rich", 0): .code("lathe.answer({'n': 1})")
            default: nil
            }
        }
        try await TestSession.run(model) { session in
            _ = try await session.engine.ask("Spend", budget: BudgetLimits(tokens: 1_000_000))
            let told = try #require(await Self.told(session)["coordinator"])
            #expect(told.contains("Outcome('poor', not_run") && told.contains("budget of 150 tokens"), "\(told)")
            #expect(told.contains("Outcome('rich', complete"), "\(told)")
            let why = "to get 2000000 tokens (BUDGET of its agent's file; budget={…} of a delegation comes first), and"
            #expect(told.contains("Outcome('greedy', not_run") && told.contains(why), "\(told)")
            #expect(!model.requests.contains { $0.place.description == "coordinator/greedy" })
        }
    }

    @Test func `rights that are none keep an agent from being saved, with what to write`() async throws {
        let model = ScriptedModel([
            .code(
                #"""
                def check(result: dict) -> None:
                    from lathe.capabilities import sum_rows
                    if sum_rows([1]) != 1:
                        raise ValueError("no")

                for given in ({"budget": {"coins": 3}}, {"budget": {"tokens": "20x"}}, {"model": "a b"},
                              {"capabilities": "count_rows"}, {"capabilities": ["count_rows"], "check": check}):
                    try:
                        lathe.save_agent("critic", "Judge.", {"n": int}, **given)
                    except lathe.LatheError as error:
                        print(error.reason)
                lathe.answer("done")
                """#)
        ])
        try await TestSession.run(model) { session in
            _ = try await session.engine.ask("Save")
            let lines = try #require(await Self.told(session)["coordinator"]).split(separator: "\n")
            let expected = [
                "BUDGET has no item 'coins'; there are tokens, usd, calls, subtasks, time.",
                "BUDGET 'tokens' is written 200000, '20k' or '2M', not '20x'.",
                "MODEL is the name of a role, such as 'small', not 'a b': lathe.json says which model plays it.",
                #"CAPABILITIES is a list of names such as ["count_rows"], not 'count_rows'."#,
                "it imports sum_rows of the library, which CAPABILITIES does not name: add what it may use.",
            ]
            #expect(lines.map(String.init) == expected.map { "agent `critic` cannot be saved: \($0)" })
            #expect(try await session.library.list().isEmpty)
        }
    }
}
