import Foundation
import LatheEngine
import LatheLibrary
import LatheTestSupport
import LatheVocabulary
import Testing

/// The writers that come with lathe, with a scripted model, in real kernels, against the real admission.
@Suite(.serialized) struct WriterTests {
    private static let writer = Place.coordinator.child("function_writer")

    private static let careless = """
        def share_late(delays: pd.Series, limit: float = 15) -> float:
            "Return the share of delays above a limit."
            return (delays > limit).mean()

        made = lathe.examine_function(share_late)
        print(made)
        """

    private static let complete = #"""
        def compute_late_share(delays: pd.Series, limit: float = 15) -> float:
            """Return the share of delays above a limit; 0 where there are none.

            Example:
                >>> compute_late_share(pd.Series([1, 20]))
                0.5
            """
            if len(delays) == 0:
                return 0.0
            return float((delays > limit).mean())

        compute_late_share(pd.Series([1, 15, 20, 30]))

        def test_empty() -> None:
            assert compute_late_share(pd.Series([], dtype=float)) == 0.0

        made = lathe.examine_function(compute_late_share, [test_empty], "Every question asks for it.")
        print(made)
        try:
            lathe.answer({**made, "source": made["source"] + "\n_X = 1\n"})
        except lathe.AnswerRejected as refused:
            print("refused:", refused)
        lathe.answer(made)
        """#

    private static func output(_ session: TestSession, _ place: Place) async throws -> String {
        await session.journal.events(after: 0, of: nil).filter { $0.place == place }.compactMap { event in
            if case .cellFinished(let result) = event.body {
                result.stdout.head + (result.failure?.traceback ?? "")
            } else {
                nil
            }
        }.joined(separator: "\n")
    }

    @Test func `a writer makes a function of cells, mends it until it can be saved, and is named in the file`()
        async throws
    {
        let model = ScriptedModel { place, turn in
            switch (place, turn) {
            case (.coordinator, 0): .code("delays = pd.Series([1, 20, 30, 5])\nprint((delays > 15).mean())")
            case (.coordinator, 1):
                .code(
                    """
                    w = lathe.delegate("function_writer", "the share of delays above a limit", data=lathe.cells(1))
                    print(lathe.save_written(w))
                    lathe.answer("done")
                    """)
            case (Self.writer, 0): .code("print(data['cells'][0]['code'], data['cells'][0]['printed'])")
            case (Self.writer, 1): .code(Self.careless)
            case (Self.writer, 2): .code(Self.complete)
            default: nil
            }
        }
        try await TestSession.run(model, examines: true) { session in
            let outcome = try await session.engine.ask("Which share is late?")
            let told = try await Self.output(session, Self.writer)
            #expect(outcome.status == .complete, "\(outcome.reason) \(told)")
            #expect(told.contains("print((delays > 15).mean())\n 0.5"))
            #expect(
                told.contains("[docstring-example]") && told.contains("[no-tests]")
                    && told.contains("[11 examinations left]"))
            #expect(told.contains("ready: it can be saved as it is\ntests: 2 passed, of these 1 recorded calls"))
            #expect(told.contains("refused: this was not examined"))
            let saved = try #require(outcome.saved.first).capability
            #expect((saved.name, saved.writer, saved.session) == ("compute_late_share", "function_writer", "test"))
            #expect(saved.cells == [1, 2] && saved.purpose == "Every question asks for it.")
            let source = try await session.library.source(of: .function, named: "compute_late_share")
            #expect(source.contains(#"# writer = "function_writer""#))
            let examined = await session.journal.events(after: 0).filter { event in
                if case .hostCalled(let call) = event.body { call.name == "examine" } else { false }
            }
            #expect(examined.map(\.place) == [Self.writer, Self.writer])
        }
    }

    @Test func `only writers have something examined, so often, and their names are nobody else's`() async throws {
        let named = Place.coordinator.child("named")
        let model = ScriptedModel { place, turn in
            switch (place, turn) {
            case (.coordinator, 0):
                .code(
                    #"""
                    def count_all(rows: list[int]) -> int:
                        """Return how many there are."""
                        return len(rows)

                    def tried(f):
                        try:
                            return f()
                        except lathe.LatheError as error:
                            return f"{error.code}: {error.reason}"

                    print(tried(lambda: lathe.examine_function(count_all)))
                    print(tried(lambda: lathe.save_agent("function_writer", "Count.", {"n": int})))
                    own = lathe.agent("function_writer", "Try.")
                    print(lathe.delegate(own, "try", label="named").result())
                    w = lathe.delegate("function_writer", "count")
                    print(tried(lambda: lathe.save_written(w)))
                    lathe.answer("done")
                    """#)
            case (named, 0):
                .code(
                    #"""
                    def count_all(rows: list[int]) -> int:
                        """Return how many there are."""
                        return len(rows)
                    try:
                        lathe.examine_function(count_all)
                    except lathe.LatheError as error:
                        lathe.answer(f"named: {error.code}")
                    """#)
            case (Self.writer, 0): .code(Self.careless + "\nlathe.examine_function(share_late)")
            case (Self.writer, 1): .code(#"lathe.answer({"problem": "there is nothing in it"})"#)
            default: nil
            }
        }
        var limits = EngineLimits()
        limits.examinations = 1
        try await TestSession.run(model, limits: limits, examines: true) { session in
            let outcome = try await session.engine.ask("Try it")
            let told = try await Self.output(session, .coordinator)
            #expect(outcome.status == .complete, "\(outcome.reason) \(told)")
            #expect(told.contains("not_allowed: examine is for function_writer and agent_writer"))
            #expect(told.contains("library: 'function_writer' is the name of an agent that comes with lathe"))
            #expect(told.contains("named: not_allowed"))
            #expect(told.contains("refused: function_writer wrote nothing to save: there is nothing in it"))
            let writer = try await Self.output(session, Self.writer)
            #expect(writer.contains("this subtask has had its 1 examinations"))
            for name in ["function_writer", "agent_writer"] {
                let agent = try await session.library.agent(named: name, for: "another")
                #expect(agent.isBuiltIn == true && agent.writes != nil && agent.returns != nil)
            }
        }
    }
}
