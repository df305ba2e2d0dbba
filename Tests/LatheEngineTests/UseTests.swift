import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// What kernels say of capabilities, through the engine with real kernels, and what of it counts.
@Suite(.serialized) struct UseTests {
    private static let save = """
        def halve_number(x: float) -> float:
            \"\"\"Return half of a number. Example: halve_number(4.0)\"\"\"
            return x / 2

        lathe.save_function(halve_number)
        """

    private func used(_ events: [Event], at place: Place = .coordinator) -> [CapabilityUse] {
        events.flatMap { event -> [CapabilityUse] in
            guard event.place == place, case .cellFinished(let result) = event.body else { return [] }
            return result.used ?? []
        }
    }

    private func notices(_ events: [Event]) -> [String] {
        events.compactMap { if case .notice(let notice) = $0.body { notice.text } else { nil } }
    }

    @Test func `a kernel that lies lies about what it was given alone`() async throws {
        try await TestSession.run(ScriptedModel([])) { session in
            let run = session.engine.execute
            _ = try await run(Self.save)
            _ = try await run("from lathe.capabilities import halve_number\nhalve_number(3)")
            let (honest, name) = (used(await session.journal.events(after: 0)), "halve_number")
            #expect(honest.map(\.name) == [name] && honest[0].calls == 1 && honest[0].seconds > 0)
            let lies = """
                from lathe_kernel import uses
                own = dict(kind="function", name="\(name)", sha256="\(honest[0].sha256)", calls=5, excused=1,
                    failures=2, errors={"KeyError": 2}, seconds=2.0, longest=1.0)
                def told(*several):
                    uses.told = lambda: [own | one for one in several]
                """
            _ = try await run(lies)
            let all = [
                "{}, {'calls': 99}, {'sha256': 'ff'}, {'name': 'other_thing'}",
                "{'calls': -1}, {'calls': 2}, {'calls': 1 << 62}, {'failures': 9}, {'seconds': 1e300}",
                "{'longest': 3.0}, {'errors': {}}, {'errors': {'E' * 99: 2}}, {'errors': [1]}, {'kind': 'thing'}",
                "{'name': 'x' * 10**6}, {'sha256': None}, {'seconds': -1.0, 'longest': -1.0}",
                "*[{'sha256': str(n)} for n in range(300)]",
            ]
            for lie in all { _ = try await run("told(\(lie))") }
            _ = try await run("uses.told = lambda: 'much'")
            let events = await session.journal.events(after: 0)
            #expect(
                used(events).dropFirst() == [
                    CapabilityUse(
                        kind: .function, name: name, sha256: honest[0].sha256, calls: 5, excused: 1, failures: 2,
                        errors: ["KeyError": 2], seconds: 2, longest: 1)
                ])
            let told = notices(events).filter { $0.contains("capabilities that it was not given") }
            #expect(told.count == 2)
            #expect(told.first?.contains("named 2 uses") == true && told.last?.contains("named 200 uses") == true)
        }
    }

    @Test func `subtasks of saved agents and cells of branches are uses`() async throws {
        let agent = """
            def prepare(data: dict) -> list:
                return data["rows"]
            def check(result: dict) -> None:
                if result["share"] > 1:
                    raise ValueError("a share is at most 1")
            lathe.save_agent("share_reader", "Read the share.", {"share": float}, prepare=prepare, check=check)
            """
        let lines = [
            Self.save, agent, "from lathe.capabilities import halve_number",
            "branches = lathe.branch(['halve_number(1)', 'halve_number(None)'])",
            """
            slices = {"good": {"rows": [1]}, "bad": {}, "stuck": {"rows": [1]}}
            outcomes = lathe.delegate_each("share_reader", slices, "look", max_turns=2, required=False)
            """,
            "lathe.answer('done')",
        ]
        let model = ScriptedModel { place, turn in
            guard place != .coordinator else { return lines.indices.contains(turn) ? .code(lines[turn]) : nil }
            let answer = "from lathe.capabilities import halve_number\nlathe.answer({'share': halve_number(1)})"
            return .code(place.description.contains("good") ? answer : "1 + 1")
        }
        try await TestSession.run(model) { session in
            _ = try await session.engine.ask("look")
            let events = await session.journal.events(after: 0)
            var fold = UseFold()
            for event in events { fold.apply(event) }
            let found = fold.takeFound().map(\.use)
            let functions = found.filter { $0.kind == .function }
            #expect(functions.map(\.name) == Array(repeating: "halve_number", count: 3))
            #expect(functions.map(\.calls) == [1, 1, 1])
            #expect(functions.reduce(0) { $0 + $1.failures } == 1)
            let agents = found.filter { $0.kind == .agent }
            #expect(agents.map(\.name) == Array(repeating: "share_reader", count: 3))
            #expect(Set(agents.map(\.errors)) == [[:], ["KeyError": 1], ["incomplete": 1]])
            #expect(agents.allSatisfy { $0.calls == 1 && $0.excused == 0 && $0.seconds > 0 })
        }
    }

    @Test func `a fold takes each event once, and nothing of what only follows a recording`() {
        let use = CapabilityUse(kind: .function, name: "f", sha256: "a", calls: 2)
        func event(_ sequence: Int, _ body: EventBody, at place: Place = .coordinator) -> Event {
            Event(sequence: sequence, time: Double(100 + sequence), place: place, body: body)
        }
        let opened = EventBody.sessionOpened(
            SessionOpened(session: "s", version: "1", model: "m:x", inputs: [], sandbox: []))
        let finished = EventBody.cellFinished(CellResult(number: 1, status: .ok, seconds: 0, used: [use]))
        let cell = EventBody.cellStarted(Cell(number: 1, code: "f()", author: .model))
        var fold = UseFold()
        let first = event(4, finished)
        for one in [event(1, opened), event(2, cell), event(3, cell), first, first] { fold.apply(one) }
        #expect(fold.takeFound() == [UseFold.Found(use: use, sequence: 4, time: 104)])
        #expect(fold.takeFound().isEmpty && fold.began == 101)
        #expect(!fold.kinds.contains(.turnFinished))
        let derived = SessionDerived(purpose: .branch, from: "other", sequence: 9)
        for one in [event(5, opened), event(6, .sessionDerived(derived)), event(7, finished)] { fold.apply(one) }
        #expect(fold.takeFound().isEmpty && fold.kinds.contains(.turnFinished))
        for one in [event(8, opened), event(9, finished)] { fold.apply(one) }
        #expect(fold.takeFound().map(\.sequence) == [9])
    }
}
