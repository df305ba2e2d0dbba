import Foundation
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Roundtables with experts whose replies are written down, each in a real kernel of its own.
@Suite(.serialized) struct RoundtableTests {
    static let names = ["hour sceptic", "carrier advocate", "weather purist", "base rate clerk"]

    static func expert(_ name: String, _ stance: String, against other: String) -> String {
        #"{"name": "\#(name)", "perspective": "sees \#(name)", "stance": "\#(stance)", "analysis": "means of v by k", "#
            + #""thinking": "counts", "opposes": ["\#(other)"]}"#
    }

    static func convened(_ stances: [String]) -> String {
        let experts = zip(names, stances).enumerated().map { index, one in
            expert(one.0, one.1, against: names[(index + 1) % names.count])
        }
        return #"{"obvious": "k decides v", "experts": [\#(experts.joined(separator: ", "))]}"#
    }

    static let stances = [
        "the hour alone explains the delay", "carriers differ whatever the hour may be",
        "nothing but storms matters here", "all groups are as late as any other",
    ]

    /// What an expert answers in a round, as Python.
    static func said(_ name: String, _ round: Int, of rounds: Int = 3) -> String {
        let evidence = "e = lathe.evidence('mean delay of all rows, minutes', data['v'].mean())\n"
        let key = names.firstIndex(of: name).map { ["A", "B", "C", "D"][$0] } ?? "E"
        let asks = name == names[3] ? #", "missing": {"perspective": "sampling", "why": "three rows"}"# : ""
        let claim =
            #"{"claim": f"the mean delay of \#(name) is {data['v'].mean():.1f} minutes", "evidence": [e], "#
            + #""confidence": 0.8, "would_change": "more rows"}"#
        let own = #"[{"claim": "\#(key)1", "now": "hold", "why": "it stands"}]"#
        let other = key == "A" ? "B1" : "A1"
        let verdict = key == "B" ? "refutes" : "weakens"
        switch (round, name == "sampling sage") {
        case (1, _), (2, true): return evidence + #"lathe.answer({"claims": [\#(claim)]\#(asks)})"#
        case (rounds, _):
            return #"lathe.answer({"position": "the mean is what it is", "confidence": 0.6, "would_change": "rows", "#
                + #""own": \#(own)})"#
        default:
            return evidence
                + #"lathe.answer({"challenges": [{"of": "\#(other)", "challenge": "the mean delay hides the spread", "#
                + #""verdict": "\#(verdict)", "evidence": [e]}], "own": \#(own)})"#
        }
    }

    static let dissent = #"""
        "dissent": [{"question": "does the mean delay mislead",
        "sides": [{"seats": ["A"], "position": "the mean delay is 2.0 minutes", "claims": ["A1"]},
        {"seats": ["B"], "position": "the mean delay hides the spread", "claims": ["B!1"]}],
        "why": "another cut", "settle": "the spread by group"}]
        """#

    static func synthesis(_ statement: String, _ claims: String, _ dissent: String = dissent) -> String {
        """
        try:
            lathe.answer({"consensus": [{"statement": "\(statement)", "claims": [\(claims)]}], \(dissent)})
        except lathe.AnswerRejected as refused:
            print(refused)
        """
    }

    static func begin(_ more: String = "") -> String {
        """
        frame = pd.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        table = lathe.roundtable("Why late?", data=frame\(more))
        print(table)
        lathe.answer(table.markdown())
        """
    }

    static func output(_ session: TestSession, _ place: Place = .coordinator) async -> String {
        await session.journal.events(after: 0, of: nil).filter { $0.place == place }.compactMap { event in
            if case .cellFinished(let result) = event.body {
                result.stdout.head + (result.failure?.traceback ?? "")
            } else {
                nil
            }
        }.joined(separator: "\n")
    }

    static func expertPlace(_ place: Place) -> (name: String, round: Int)? {
        guard let label = place.path.last, let range = label.range(of: " round ") else { return nil }
        return (String(label[..<range.lowerBound]), Int(label[range.upperBound...]) ?? 0)
    }

    @Test func `opposed experts cross-examine, a missing one is seated, and an invented claim is refused`() async throws
    {
        let model = ScriptedModel { place, turn in
            if let (name, round) = Self.expertPlace(place) { return .code(Self.said(name, round)) }
            switch (place.path.last ?? "", turn) {
            case ("coordinator", 0): return .code(Self.begin())
            case ("ask", 0): return .text(Self.convened(Self.stances.map { _ in "the very same stance" }))
            case ("ask", 1): return .text(Self.convened(Self.stances))
            case ("ask", 2):
                let sage = Self.expert("sampling sage", "three rows show nothing at all", against: Self.names[0])
                return .text(#"{"seat": true, "reason": "nobody counts", "expert": \#(sage)}"#)
            case ("synthesis", 0):
                return .code(Self.synthesis("fuel prices doubled under president Lincoln", #""A1", "C1""#))
            case ("synthesis", 1): return .code(Self.synthesis("the mean delay is 7.5 minutes", #""A1", "C1""#))
            case ("synthesis", 2):
                return .code(Self.synthesis("the mean delay is 2.0 minutes", #""C1", "D1""#, #""dissent": []"#))
            case ("synthesis", 3): return .code(Self.synthesis("the mean delay is 2.0 minutes", #""C1", "D1""#))
            default: return nil
            }
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("Why late?")
            let told = await Self.output(session)
            #expect(outcome.status == .complete, "\(outcome.reason) \(told)")
            #expect(told.contains("[roundtable 1: 4 to 6 seats, 3 rounds; at most 19 subtasks, 160 model calls"))
            #expect(told.contains("consensus: the mean delay is 2.0 minutes [C1, D1]"))
            #expect(
                outcome.answer.contains("B1 (round 1, subtask://2, cell 1): the mean delay of carrier advocate is 2.0"))
            #expect(outcome.answer.contains("B!1 (round 2, subtask://"))
            let refused = await Self.output(session, .coordinator.child("synthesis"))
            #expect(refused.contains("no expert made this claim"))
            #expect(refused.contains("no cited claim has the figure 7.5"))
            #expect(refused.contains("B!1 refutes A1, which is still held"))
            let events = await session.journal.events(after: 0)
            let seated = events.compactMap { if case .roundtableSeated(let one) = $0.body { one } else { nil } }
            #expect(seated.map { $0.seats.map(\.key) } == [["A", "B", "C", "D"], ["E"]])
            #expect(seated.last?.asked.first?.seat == "E")
            let rounds = events.compactMap {
                if case .roundtableRound(let one) = $0.body { one.seats.count } else { nil }
            }
            #expect(rounds == [4, 5, 5])
            let heard = model.requests.first { Self.expertPlace($0.place)?.round == 2 }
            let words = heard.map { $0.messages.flatMap(\.blocks).map { "\($0)" }.joined() } ?? ""
            #expect(words.contains("words of other agents") && words.contains("> B1 (80%): the mean delay"))
            #expect(!words.contains("frame"))
        }
    }

    @Test func `the table goes on without an expert that fails, and ends incomplete without two opposed ones`()
        async throws
    {
        let model = ScriptedModel { place, turn in
            if let (name, round) = Self.expertPlace(place) {
                let leaves = round == 1 ? [Self.names[2]] : [Self.names[1], Self.names[3]]
                return leaves.contains(name)
                    ? .failure(ModelError(.badReply, "no use")) : .code(Self.said(name, round))
            }
            switch (place.path.last ?? "", turn) {
            case ("coordinator", 0): return .code(Self.begin(", seats=4"))
            case ("ask", 0): return .text(Self.convened(Self.stances))
            case ("ask", 1): return .text(#"{"seat": false, "reason": "the base rate clerk counts already"}"#)
            default: return nil
            }
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("Why late?")
            let told = await Self.output(session)
            #expect(told.contains("after round 2 no two opposed experts are left; there are: hour sceptic"), "\(told)")
            #expect(outcome.status == .incomplete)
            #expect(outcome.reason.contains("roundtable 1 is incomplete: after round 2"))
            let events = await session.journal.events(after: 0)
            let seated = events.compactMap { if case .roundtableSeated(let one) = $0.body { one } else { nil } }
            #expect(seated.last?.asked.first?.declined == "the base rate clerk counts already")
            let closed = events.compactMap { if case .roundtableClosed(let one) = $0.body { one } else { nil } }
            #expect(closed.map(\.failed) == [["C", "B", "D"]])
        }
    }

    @Test func `the bound is the worst case of each number of rounds, at the dearest price of the chain`() throws {
        #expect((2...5).map { RoundtableBounds.questionCalls(rounds: $0) } == [4, 8, 12, 16])
        func bounds(_ models: [ScriptedModel], _ budget: BudgetLimits) throws -> RoundtableBounds {
            try RoundtableBounds(
                mostSeats: 6, rounds: 2, asked: BudgetLimits(), within: Budget(budget), models: models,
                maxOutputTokens: 1_000)
        }
        let (cheap, dear) = (
            ScriptedModel(microdollarsPerToken: 1) { _, _ in nil },
            ScriptedModel(microdollarsPerToken: 3) { _, _ in nil }
        )
        let both = try bounds([cheap, dear], BudgetLimits())
        #expect(both.worst.modelCalls == 13 * 8 + 4 && both.worst.tokens == 13 * 60_000 + 4 * 14_000)
        #expect(both.worst.microdollars == 3 * both.worst.tokens)
        #expect(both.questions == BudgetLimits(tokens: 56_000, modelCalls: 4))
        let unpriced = ScriptedModel(name: "unpriced", microdollarsPerToken: nil) { _, _ in nil }
        let refused = #expect(throws: HostRefusal.self) {
            try bounds([cheap, unpriced], BudgetLimits(microdollars: 100_000_000))
        }
        #expect(refused?.reason.contains("unpriced") == true)
    }

    @Test func `no kernel can ask more in its convener's name than its table set aside`() async throws {
        let asking = """
            told = lathe._channel.call("roundtable", {"step": "open", "question": "Why?", "seats": [4, 6], "rounds": 2,
                "budget": None, "model": None}).value
            said = []
            for number in range(6):
                try: said.append(lathe._channel.call("ask_model", {"prompt": "Who?", "model": None, "returns": None,
                    "table": told["table"]}).value["value"])
                except lathe.LatheError as error: said.append(error.code)
            lathe.answer(" ".join(said))
            """
        let model = ScriptedModel { place, turn in
            place == .coordinator ? (turn == 0 ? .code(asking) : nil) : .text("me")
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("Why late?")
            #expect(outcome.answer == "me me me me out_of_budget out_of_budget", "\(outcome.reason)")
            #expect(outcome.turns == 5 && model.requests.count == 5)
        }
    }

    @Test func `a table that the budget has no room for is refused before anything is spent`() async throws {
        let model = ScriptedModel { place, turn in
            switch (place, turn) {
            case (.coordinator, 0): .code(Self.begin(", rounds=5"))
            case (.coordinator, 1): .code(Self.begin(", budget={'usd': 0.5}"))
            case (.coordinator, 2): .text("Nothing.")
            default: nil
            }
        }
        try await TestSession.run(model) { session in
            _ = try await session.engine.ask("Why late?", budget: BudgetLimits(tokens: 200_000))
            let told = await Self.output(session)
            #expect(told.contains("roundtable: it needs room for 472000 tokens"))
            #expect(told.contains("tokens are left for it: take fewer rounds or seats, or a larger budget"))
            let events = await session.journal.events(after: 0)
            #expect(!events.contains { $0.body.kind == .roundtableOpened })
            #expect(model.requests.allSatisfy { $0.place == .coordinator })
        }
    }
}
