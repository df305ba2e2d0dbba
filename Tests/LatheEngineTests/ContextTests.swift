import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Conversations that outgrow a model's context.
struct ContextTests {
    /// One token for three bytes of all that the model reads.
    private static func tokens(_ request: ModelRequest) -> Int {
        let texts = request.messages.flatMap(\.blocks).map { block in
            switch block {
            case .text(let text), .callResult(_, let text, _): text
            case .call(_, let code): code
            }
        }
        return texts.reduce(request.system.utf8.count + request.state.utf8.count) { $0 + $1.utf8.count } / 3
    }

    private static let measure: @Sendable (ModelRequest) -> Usage = { Usage(input: tokens($0), output: 50) }

    /// What the first turns establish; every later one prints three kilobytes.
    private static let lines: [ModelReply] = [
        reply(
            "I decide to use the median, since two flights were 4711 minutes late.",
            "def profile(frame, carrier):\n    return 1", 0),
        reply("", "median_delay = 12.625\nprint('median 12.625')", 1),
    ]

    private static func reply(_ text: String, _ code: String, _ index: Int) -> ModelReply {
        ModelReply(text: text, calls: [ToolCall(id: "c\(index)", code: code)], stop: .toolUse, model: "m")
    }

    private static func model(window: Int, turns: Int) -> ScriptedModel {
        ScriptedModel(contextWindow: ContextWindow(window, .configured), measure: measure) { _, index in
            if lines.indices.contains(index) { return .reply(lines[index]) }
            return .reply(reply("", "step(\(index))", index))
        }
    }

    private static func shrunk(_ events: [Event]) -> [ContextShrunk] {
        events.compactMap { if case .contextShrunk(let step) = $0.body { step } else { nil } }
    }

    private static let cells: TwinPlacement.Work = { _, cell, _ in
        if cell.code.contains("median 12.625") { return TwinSession.printed(cell, "median 12.625\n") }
        if cell.code.hasPrefix("def") { return TwinSession.printed(cell, "") }
        let text = (0..<24).map { "row \($0) of \(cell.code): nothing that anybody needs later\n" }.joined()
        return TwinSession.printed(cell, text)
    }

    @Test func `a session of a thousand turns stays within a small window and keeps what its first turns established`()
        async throws
    {
        let window = 16_000
        let model = Self.model(window: window, turns: 1_000)
        try await TwinSession.run(model, cells: Self.cells) { session in
            let outcome = try await session.engine.ask(
                "Why are flights of tail N14228 late? Report in minutes.", maxTurns: 1_000)
            #expect(outcome.turns == 1_000)
            let requests = model.requests
            #expect(requests.allSatisfy { Self.tokens($0) + $0.maxOutputTokens <= window })
            let last = try #require(requests.last).messages.flatMap(\.blocks).map(\.saying).joined(separator: "\n")
            for fact in [
                "N14228", "I decide to use the median", "4711", "profile(frame, carrier)", "median_delay", "12.625",
            ] {
                #expect(last.contains(fact), "\(fact) is lost")
            }
            let events = await session.journal.events(after: 0)
            let steps = Self.shrunk(events)
            #expect((2...150).contains(steps.count), "rare, and big: \(steps.count)")
            #expect(steps.allSatisfy { $0.after < $0.before * 2 / 3 })
            Self.checkPrefixes(requests, steps)
            // Whoever folds the journal later comes to the same conversation.
            let folded = Transcript(events, at: .coordinator)
            #expect(
                Array(folded.messages.prefix(try #require(requests.last).messages.count)) == requests.last?.messages)
        }
    }

    /// Between two steps each request begins with the whole of the one before it.
    private static func checkPrefixes(_ requests: [ModelRequest], _ steps: [ContextShrunk]) {
        let turns = Set(steps.map(\.turn))
        for (before, after) in zip(requests, requests.dropFirst()) where !turns.contains(after.turn) {
            #expect(after.messages.starts(with: before.messages), "turn \(after.turn)")
            #expect(after.system == before.system)
        }
    }

    @Test func `a first step leaves stubs that name where the whole is, and touches nothing else`() async throws {
        let model = Self.model(window: 24_000, turns: 14)
        try await TwinSession.run(model, cells: Self.cells) { session in
            _ = try await session.engine.ask("go", maxTurns: 40)
            let step = try #require(Self.shrunk(await session.journal.events(after: 0)).first)
            #expect(step.summary == nil)
            let stub = try #require(step.stubs.first)
            #expect(stub.text.contains("bytes left out to keep within the context; whole: lathe.output(3)]"))
            #expect(stub.text.hasPrefix("row 0 of step(2)"))
        }
    }

    @Test func `a conversation that the provider finds too long is made shorter once, then fails honestly`()
        async throws
    {
        let tooLong = ModelError(.contextTooLong, "It cannot take a conversation this long.")
        for again in [false, true] {
            let model = ScriptedModel(measure: Self.measure) { _, index in
                switch index {
                case 0..<12: .reply(Self.reply("", "step(\(index))", index))
                case 12: .failure(tooLong)
                default: again ? .failure(tooLong) : .text("done")
                }
            }
            try await TwinSession.run(model, cells: Self.cells) { session in
                let outcome = try await session.engine.ask("go")
                #expect(outcome.status == (again ? .failed : .complete))
                #expect(outcome.reason == (again ? tooLong.reason : ""))
                #expect(model.requests.count == 14)
                let steps = Self.shrunk(await session.journal.events(after: 0))
                #expect(steps.map(\.isForced) == [true])
                #expect(Self.tokens(model.requests[13]) < Self.tokens(model.requests[12]) / 2)
            }
        }
    }

    @Test func `a reply that was cut by a full context goes on in a shorter conversation`() async throws {
        let model = ScriptedModel(measure: Self.measure) { _, index in
            switch index {
            case 0..<12: .reply(Self.reply("", "step(\(index))", index))
            case 12: .reply(ModelReply(text: "So the mea", stop: .contextFull, model: "m"))
            default: .text("The mean is 4.")
            }
        }
        try await TwinSession.run(model, cells: Self.cells) { session in
            let outcome = try await session.engine.ask("go")
            #expect(outcome.answer == "The mean is 4.")
            #expect(Self.shrunk(await session.journal.events(after: 0)).count == 1)
        }
    }

    @Test func `names are read from the top level of code alone`() {
        let code = """
            import pandas as pd
            async def fetch(a, b=1): pass
            class Thing(Base):
                inner = 3
            x, y = 1, 2
            total: int = 3
            if x == 4:
                z = 1
            frame["a"] = 1
            """
        #expect(DefinedNames.of(code) == ["pd", "def fetch(a, b=1)", "class Thing", "x, y", "total"])
    }

    @Test func `a summary keeps the user's words whole, the oldest and newest findings, and counts the rest`() {
        var items = (0..<100).map {
            Established.Item(kind: .finding, text: "cell \($0): value \($0)", message: $0, cell: $0)
        }
        items.insert(Established.Item(kind: .task, text: String(repeating: "w", count: 5_000), message: 0), at: 0)
        let text = ConversationSummary(items, upTo: 400).text
        #expect(text.contains(String(repeating: "w", count: 5_000)))
        #expect(text.contains("cell 0: value 0") && text.contains("cell 99: value 99"))
        #expect(!text.contains("cell 50: value 50"))
        #expect(text.contains("more of cells ") && text.contains("lathe.output(N)"))
    }
}
