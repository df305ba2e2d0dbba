import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// The task ledger and the progress ledger, with real kernels.
@Suite(.serialized) struct LedgerTests {
    private static let begin = "agent = lathe.agent('finder', 'Find out.', {'said': str})\n"

    private func run<T>(
        _ cells: [String: [String]], past: [Event] = [], intent: OpeningIntent = .begin,
        _ body: (TestSession) async throws -> T
    ) async throws -> T {
        var answered: [Place: Int] = [:]
        for event in past { if case .turnFinished = event.body { answered[event.place, default: 0] += 1 } }
        let model = ScriptedModel { [answered] place, index in
            let lines = cells[place.path.last ?? ""] ?? []
            let index = index + answered[place, default: 0]
            return lines.indices.contains(index) ? .code(lines[index]) : nil
        }
        return try await TestSession.run(model, past: past, intent: intent, body)
    }

    private static let noting: [String: [String]] = [
        "coordinator": [
            begin + "g = lathe.note(guess='fog explains JFK')\nq = lathe.note(question='which year?')",
            "o = lathe.delegate(agent, 'look', data=1, label='a').outcome()",
            """
            lathe.note(fact="r is 0.1", refutes=g)
            lathe.note(fact="it is 2014", answers=q)
            ledger = lathe.ledger()
            told = [f"{n.place} {n.name} {n.source} {n.text} {n.verdict}" for n in ledger.facts + ledger.guesses]
            open = [n.text for n in ledger.questions.open]
            lathe.answer("\\n".join([*told, str(open), str(ledger.progress.done), str(ledger.plan)]))
            """,
        ],
        "a": [
            "lathe.note(fact='rows are whole')\nlathe.send('parent', 'LGA too', kind='discovery')",
            "lathe.note(question='and EWR?')\nlathe.answer({'said': 'ok'})",
        ],
    ]

    private static let noted = """
        coordinator/a n1 cell 1 rows are whole None
        coordinator/a coordinator/a:1 message LGA too None
        coordinator/a subtask://1 subtask://1 a: {"said":"ok"} None
        coordinator n3 cell 3 r is 0.1 None
        coordinator n4 cell 3 it is 2014 None
        coordinator n1 cell 1 fog explains JFK refutes
        ['and EWR?']
        ('a',)
        None
        """.replacing("coordinator/a n1", with: "coordinator/a coordinator/a:n1")

    @Test
    func `what is noted, found and told is in the ledger with its source, also after an end at any of its events`()
        async throws
    {
        let whole = try await run(Self.noting) { session in
            let outcome = try await session.engine.ask("go")
            #expect(outcome.answer == Self.noted)
            return await session.journal.events(after: 0)
        }
        let cuts = whole.indices.filter { index in
            switch whole[index].body {
            case .ledgerNoted: true
            case .hostCalled(let call): call.name == "note" || call.name == "ledger"
            case .hostAnswered(let answer): answer.name == "ledger"
            default: false
            }
        }
        #expect(cuts.count >= 14)
        for cut in cuts.enumerated().filter({ $0.offset % 3 == 0 }).map(\.element) {
            let past = Array(whole.prefix(cut + 1))
            let comment = Comment(rawValue: "after \(past[cut].body.kind) \(cut) at \(past[cut].place)")
            try await run(Self.noting, past: past, intent: .resume(Resumption())) { session in
                let outcome = try #require(try await session.engine.resume(), comment)
                #expect(outcome.answer == Self.noted, comment)
                let names = await session.journal.events(after: 0).compactMap { event in
                    if case .ledgerNoted(let noted) = event.body { "\(event.place):n\(noted.note)" } else { nil }
                }
                #expect(names.count == 6 && Set(names).count == 6, comment)
            }
        }
    }

    @Test func `a kernel writes as itself, within bounds, and settles only what it sees`() async throws {
        let tries = """
            def tried(**arguments):
                try:
                    return str(lathe._channel.call("note", arguments).value)
                except lathe.LatheError as error:
                    return f"{error.code}: {error.reason}"
            said = [
                tried(kind="fact", text="mine", place="coordinator", note=9),
                tried(kind="fact", text="x" * 1_001),
                tried(kind="fact", text=" "),
                tried(kind="law", text="x"),
                tried(kind="guess", text="x", verdict="confirms", settles="n1"),
                tried(kind="fact", text="x", verdict="refutes", settles="coordinator:n1"),
                tried(kind="fact", text="x", verdict="answers", settles="n1"),
            ]
            last = [tried(kind="guess", text="x") for _ in range(200)][-1]
            lathe.answer({"said": "\\n".join([*said, last])})
            """
        let cells: [String: [String]] = [
            "coordinator": [
                Self.begin + "lathe.note(guess='x')\no = lathe.delegate(agent, 'try', label='a').outcome()",
                "lathe.answer(o.value['said'])",
            ],
            "a": [tries],
        ]
        try await run(cells) { session in
            let said = try await session.engine.ask("go").answer.split(separator: "\n").map(String.init)
            let expected = [
                "{'note': 1}", "limit: note: text has 1001 characters", "invalid_arguments: note: there is no text",
                "invalid_arguments: note: kind is fact", "invalid_arguments: note: only a fact confirms",
                "invalid_arguments: note: there is no note 'coordinator:n1' here",
                "invalid_arguments: note: n1 is a fact; a question is answered",
                "limit: note: 200 notes were made here",
            ]
            try #require(said.count == expected.count, "\(said)")
            for (line, start) in zip(said, expected) { #expect(line.hasPrefix(start), "\(line)") }
        }
    }

    @Test func `who reads the ledger of a subtask that runs counts as having read what that has`() async throws {
        let reader = Place.coordinator.child("reader")
        let watching = """
            import time
            h = lathe.delegate.later(lathe.agent("reader", "Read.", str), "read", label="reader")
            while not any(one["label"] == "reader" and one["cells"] for one in lathe.ledger().progress.agents):
                time.sleep(0.02)
            h.cancel()
            lathe.answer(h.status)
            """
        let model = ScriptedModel { place, turn in
            switch (place, turn) {
            case (.coordinator, 0): .code(watching)
            case (reader, 0): .code("from lathe.tools.web import fetch\nfetch()")
            case (reader, 1): .hang
            default: nil
            }
        }
        let access = ScriptedTools(
            [ScriptedTools.tool("web/fetch", reads: true, reachesOut: true)].compactMap { $0 })
        let tools = SessionTools(access: access, rules: ToolRules(allow: ["*"]), consent: nil)
        try await TestSession.run(model, tools: tools) { session in
            _ = try await session.engine.ask("go")
            let causes = await session.journal.events(after: 0).compactMap { event in
                if event.place == .coordinator, case .exposed(let one) = event.body { one.cause } else { nil }
            }
            #expect(causes == ["the ledger, coordinator/reader: web/fetch"], "\(causes)")
        }
    }

    @Test func `what an undone cell settled is as it was before, and what has no room is counted`() {
        func note(
            _ note: Int, _ kind: LedgerNoted.Kind, cell: Int, _ settles: Int? = nil,
            _ verdict: LedgerNoted.Verdict? = nil
        ) -> EventBody {
            var noted = LedgerNoted(note: note, kind: kind, text: "note \(note)", cell: cell, call: note)
            (noted.settles, noted.verdict) = (settles.map { "coordinator:n\($0)" }, verdict)
            return .ledgerNoted(noted)
        }
        func undone(_ cell: Int) -> EventBody { .rolledBack(RolledBack(checkpoint: 1, cause: .user, undone: [cell])) }
        let bodies: [EventBody] = [
            .taskSubmitted(TaskSubmitted(task: "go")), note(1, .question, cell: 1), note(2, .guess, cell: 1),
            note(3, .fact, cell: 2, 1, .answers), note(4, .fact, cell: 2, 2, .confirms),
            note(5, .fact, cell: 3, 2, .refutes), undone(3), undone(2),
        ]
        let ends = (1...230).map { id in
            EventBody.subtaskFinished(
                SubtaskOutcome(
                    id: id, label: "s\(id)", place: .coordinator.child("s\(id)"), status: .complete, value: 1))
        }
        let events = (bodies + ends).enumerated().map {
            Event(sequence: $0 + 1, time: 1, place: .coordinator, body: $1)
        }
        let answered = Ledger(Array(events.prefix(6))).view(of: .coordinator)
        #expect((answered.questions + answered.guesses).map(\.settled?.verdict) == [.answers, .refutes])
        let once = Ledger(Array(events.prefix(7))).view(of: .coordinator)
        #expect((once.questions + once.guesses).map(\.settled?.verdict) == [.answers, .confirms])
        let twice = Ledger(Array(events.prefix(8))).view(of: .coordinator)
        #expect((twice.questions + twice.guesses).map(\.isOpen) == [true, true])
        let told = Ledger(events).view(of: .coordinator).json(upTo: LedgerLimits.told)
        #expect(
            told["progress"]?["done"]?.arrayValue?.count == 200 && told["progress"]?["done"]?.arrayValue?.last == "s230"
        )
        // One's own row stays, with the newest of the others.
        let agents = (told["agents"]?.arrayValue ?? []).compactMap { $0["label"]?.stringValue }
        #expect(agents == ["coordinator"] + (32...230).map { "s\($0)" }, "\(agents)")
        let omitted = told["omitted"]
        #expect(omitted?["done"] == 30 && omitted?["agents"] == 31 && omitted?["failed"] == 0 && omitted?["plans"] == 0)
    }

    /// Each reads what the other found out, sees that both cannot be, and revises its own guess.
    @Test func `two agents discover that their findings conflict, and both revise`() async throws {
        func finds(_ own: String, _ other: String) -> [String] {
            [
                """
                import time
                g = lathe.note(guess="the mean is \(own)")
                lathe.send("\(other)", "the mean is \(own)", {"confidence": 0.9}, kind="discovery")
                heard = []
                while not heard:
                    heard = [m for m in lathe.messages(all=True) if m.kind == "discovery"]
                    time.sleep(0.02)
                conflict = heard[0].text != "the mean is \(own)"
                """,
                """
                if conflict:
                    lathe.note(fact="rows without a value count as 0 in one of both", refutes=g)
                lathe.answer({"said": "revised"})
                """,
            ]
        }
        let cells: [String: [String]] = [
            "coordinator": [
                Self.begin + "o = lathe.delegate_each(agent, {'a': 1, 'b': 2}, 'mean', talk=True)",
                "lathe.answer(str(sorted(f'{n.name} {n.verdict} {n.by}' for n in lathe.ledger().guesses)))",
            ],
            "a": finds("4", "b"), "b": finds("5", "a"),
        ]
        try await run(cells) { session in
            let outcome = try await session.engine.ask("go")
            let expected = ["a", "b"].map { "'coordinator/\($0):n1 refutes coordinator/\($0):n2'" }
            #expect(outcome.answer == "[\(expected.joined(separator: ", "))]")
        }
    }
}
