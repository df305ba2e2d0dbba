import Foundation
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Contexts that proved better and are proposed to the library, with replies that are written down, in real kernels.
@Suite(.serialized) struct RefinedTests {
    private static let saving = """
        def check(result: dict) -> None:
            if result["tail"] < 0:
                raise ValueError("no tail is negative")

        lathe.save_agent("tail_finder", "Find the tail of late.", {"tail": int}, purpose="tails are asked for often",
                         check=check, capabilities=[], budget={"tokens": 50_000}, role="worker")
        rows = pd.DataFrame({"late": [1, 41]})
        first = lathe.delegate("tail_finder", "look", data=rows, label="saved")
        other = lathe.delegate(lathe.agent("other_finder", "Find it.", {"tail": int}), "look", data=rows, label="defined")
        mine = lathe.delegate("writer", "look", data=rows, label="built in")
        plain = lathe.delegate("tail_finder", "look", data=rows, label="plain")
        for one, name in ((first, None), (other, "edge_finder"), (first, "night_finder"), (mine, None), (plain, None)):
            try:
                print(lathe.save_refined(one, name, purpose="tails"))
            except lathe.LatheError as error:
                print(error.reason)
        try:
            lathe._channel.call("save_agent", {"name": "liar", "refined": first.id, "source": "x = 1", "tests": ""})
        except lathe.LatheError as error:
            print(error.reason)
        lathe.answer("done")
        """

    @Test func `a context that was found better becomes a proposed version of its agent, any other does not`()
        async throws
    {
        let better: [ScriptedModel.Line] = [
            .code("1 / 0"),
            .code(#"lathe.context.edit(focus="late > 30", notes="C:\\\\x \"y\"", because="the mean hides it")"#),
            .code("lathe.answer({'tail': int(data['late'].max())})"),
        ]
        let model = ScriptedModel { place, turn in
            switch place.path.last {
            case "built in" where turn == 2:
                .code(#"lathe.answer({"text": "A tail.", "figures": [], "left_out": [], "unsure": []})"#)
            case "saved", "defined", "built in": better.indices.contains(turn) ? better[turn] : nil
            case "plain": .code("lathe.answer({'tail': 41})")
            default: place == .coordinator && turn == 0 ? .code(Self.saving) : nil
            }
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("Find it")
            let told = await RoundtableTests.output(session)
            #expect(outcome.answer == "done", "\(told)")
            #expect(told.contains("replaced proposed/agents/tail_finder.py (proposed)"), "\(told)")
            #expect(told.contains("saved proposed/agents/edge_finder.py (proposed)"), "\(told)")
            #expect(told.contains("no edit of its context was found better than what it had"), "\(told)")
            #expect(told.contains("the source does not hold the context of subtask://"), "\(told)")
            // What bounds an agent stays with it, under another name and where it came with lathe too.
            let bounds = ["CAPABILITIES = []", #"ROLE = "worker""#, "BUDGET = ", "def check("]
            for (name, kept) in [
                ("tail_finder", bounds), ("night_finder", bounds), ("edge_finder", []),
                ("writer", ["SKILLS = [", "def check("]),
            ] {
                let source = try await session.library.source(of: .agent, named: name)
                #expect(source.contains("Look first at: late > 30"), "\(source)")
                for part in kept { #expect(source.contains(part), "\(part) is not in \(source)") }
                #expect(source.contains("Instructions refined by subtask://"), "\(source)")
            }
            let agent = try await session.library.agent(named: "tail_finder", for: "test")
            #expect(agent.instructions.hasPrefix("Find the tail of late.\n\nLook first at: late > 30\nKnown from"))
            #expect(agent.instructions.hasSuffix(#"C:\\x "y""#), "\(agent.instructions)")
        }
    }
}
