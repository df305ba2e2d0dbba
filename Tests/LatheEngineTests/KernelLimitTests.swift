import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Limits of an agent and of a call, through the engine to real kernels.
@Suite(.serialized) struct KernelLimitTests {
    private static func bounded() -> EngineLimits {
        var limits = EngineLimits()
        limits.kernel = KernelLimits([.memory: 1_000_000_000, .cell: 120])
        return limits
    }

    /// Runs `code` as the coordinator's only cell; the subtasks run `inner` and answer with what it made.
    private static func answer(_ code: String, inner: String) async throws -> String {
        let model = ScriptedModel { place, index in
            if place == .coordinator { return index == 0 ? .code(code) : nil }
            return index == 0 ? .code(inner) : nil
        }
        return try await TestSession.run(model, limits: bounded()) { try await $0.engine.ask("limits").answer }
    }

    @Test func `a call's limit holds over its agent's, and the other kernels keep theirs`() async throws {
        let code = """
            agent = lathe.agent("eater", "Eat.", returns=str, limits={"memory": "100MB", "open_files": 64})
            one = lathe.delegate(agent, "x")
            two = lathe.delegate(agent, "x", limits={"memory": "400MB"})
            lathe.answer(one.result() + " | " + two.result())
            """
        let inner = """
            import resource
            def fits(size):
                try:
                    held = bytearray(size); return True
                except MemoryError:
                    return False
            lathe.answer(f"{fits(60_000_000)} {fits(200_000_000)} {resource.getrlimit(resource.RLIMIT_NOFILE)}")
            """
        #expect(try await Self.answer(code, inner: inner) == "True False (64, 64) | True True (64, 64)")
    }

    @Test func `a wish above the session's bound is refused with the bound`() async throws {
        let code = """
            try:
                lathe.delegate("Look.", "x", limits={"memory": "2GB"})
            except lathe.LatheError as error:
                lathe.answer(f"{error.code}: {error.reason}")
            """
        let answer = try await Self.answer(code, inner: "1")
        #expect(answer.hasPrefix("limit: delegate: limit memory: 2GB is more than the 1GB of the kernel"), "\(answer)")
    }

    @Test func `a subtask cannot give its own subtasks more than it has`() async throws {
        let code = """
            lathe.answer(str(lathe.delegate("Look.", "x", returns=str, limits={"cell": 50}).result()))
            """
        let inner = """
            try:
                lathe.delegate("Look.", "x", limits={"cell": 100})
            except lathe.LatheError as error:
                lathe.answer(error.reason)
            """
        let answer = try await Self.answer(code, inner: inner)
        #expect(answer.contains("limit cell: 100s is more than the 50s"), "\(answer)")
    }

    @Test func `a subtask's cell that runs too long fails with the limit's name`() async throws {
        let code = """
            outcome = lathe.delegate("Spin.", "x", returns=str, limits={"cell": 1}).outcome()
            lathe.answer(f"{outcome.status} {outcome.value}")
            """
        let model = ScriptedModel { place, index in
            if place == .coordinator { return index == 0 ? .code(code) : nil }
            return index == 0 ? .code("kept = 7\nwhile True: pass") : .code("lathe.answer(str(kept))")
        }
        try await TestSession.run(model, limits: Self.bounded()) { session in
            let outcome = try await session.engine.ask("spin")
            #expect(outcome.answer == "complete 7")
            let told = try #require(model.requests.last { $0.place != .coordinator }).messages.last
            guard case .callResult(_, let text, true)? = told?.blocks.first else {
                Issue.record("the model was not told: \(String(describing: told))")
                return
            }
            #expect(text.contains("longer than 1.0 s (limit cell)"), "\(text)")
        }
    }

    @Test func `a saved agent's limits hold in a later call`() async throws {
        let code = """
            lathe.save_agent("eater", "Eat what is there.", str, "Eats.", limits={"memory": "100MB"})
            lathe.answer(lathe.delegate("eater", "x").result())
            """
        let inner = """
            try:
                held = bytearray(300_000_000)
                lathe.answer("held")
            except MemoryError:
                lathe.answer("refused")
            """
        #expect(try await Self.answer(code, inner: inner) == "refused")
    }
}
