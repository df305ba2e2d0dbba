import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// What tokens of other models would have cost on the main one.
struct ReckonedTests {
    private let code = """
        outcome = lathe.delegate(lathe.agent(name='few', instructions='x', model='small'), label='a').outcome()
        word = lathe.ask_model('a word', model='small')
        lathe.answer(f"{outcome.value} {word}")
        """

    private func outcome(_ price: Int?, small: ScriptedModel) async throws -> (TaskOutcome, [Reckoned?]) {
        let main = ScriptedModel(name: "main", microdollarsPerToken: price) { [code] place, index in
            place == .coordinator && index == 0 ? .code(code) : nil
        }
        return try await TestSession.run(main, roles: ["small": small]) { session in
            let outcome = try await session.engine.ask("go")
            #expect(outcome.answer == "done done")
            let turns = await session.journal.events(after: 0).compactMap { event in
                if case .turnFinished(let turn) = event.body { turn } else { nil }
            }
            return (outcome, turns.map(\.onMain))
        }
    }

    @Test func `the cost on the main model alone is reckoned where others were used, and nothing is where none was`()
        async throws
    {
        let usage = Usage(input: 1_000, output: 10)
        func small() -> ScriptedModel {
            ScriptedModel(name: "small-one", usage: usage, microdollarsPerToken: 2) { _, _ in .text("done") }
        }
        let (both, turns) = try await outcome(30, small: small())
        // The main model's own turn has 110 tokens; a question and a subtask have 1,010 each.
        #expect(both.cost == .microdollars(110 * 30 + 2 * 1_010 * 2))
        #expect(both.onMain == Reckoned(model: "main", cost: .microdollars((110 + 2 * 1_010) * 30)))
        let reckoned = Reckoned(model: "main", cost: .microdollars(1_010 * 30))
        #expect(turns == [nil, reckoned, reckoned])
        let (unpriced, _) = try await outcome(nil, small: small())
        #expect(unpriced.onMain == Reckoned(model: "main", cost: .unknown))
        let alone = ScriptedModel(name: "main", usage: usage, microdollarsPerToken: 2) { _, _ in .text("done") }
        let (one, _) = try await outcome(30, small: alone)
        #expect(one.onMain == nil)
    }
}
