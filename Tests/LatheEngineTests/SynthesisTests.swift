import LatheEngine
import LatheTestSupport
import LatheVocabulary
import Testing

/// Results of real subtasks combined by the agent `synthesiser` with written replies: sources, conflicts, and what is refused.
@Suite(.serialized) struct SynthesisTests {
    private static func told(_ session: TestSession, at place: Place = .coordinator) async -> String {
        await session.journal.events(after: 0).compactMap { event -> String? in
            guard event.place == place, case .cellFinished(let result) = event.body else { return nil }
            return result.stdout.head + (result.failure?.message ?? "")
        }.joined(separator: "\n")
    }

    private static func model(_ synthesis: [String], question: String = "How late is it?") -> ScriptedModel {
        ScriptedModel { place, turn in
            switch (place.description, turn) {
            case ("coordinator", 0):
                .code(
                    #"""
                    parts = lathe.delegate_each("Measure.", {"by hour": [1, 2], "by day": [3, 4], "by week": [5]}, "measure",
                                                returns={"late_share": float}, required=False)
                    s = lathe.synthesise(parts, "\#(question)", same="late_share")
                    print(s.status, bool(s), s.missing[0]["label"], s.unused)
                    print(s.markdown())
                    print(s.table.to_string())
                    lathe.answer(s.markdown())
                    """#)
            case ("coordinator/by hour", 0): .code("lathe.answer({'late_share': 0.21})")
            case ("coordinator/by day", 0): .code("share = 0.34")
            case ("coordinator/by day", 1): .code("lathe.answer({'late_share': share})")
            case ("coordinator/by week", 0): .failure(ModelError(.badRequest, "no"))
            case ("coordinator/synthesis", let turn) where synthesis.indices.contains(turn): .code(synthesis[turn])
            default: nil
            }
        }
    }

    private static let conflict = #"""
        {"about": "the late share", "sides": [
        {"position": "it is 0.21", "sources": [{"source": "S1", "cell": 1}]},
        {"position": "it is 34 %", "sources": [{"source": "S2", "cell": 2}]}], "weighs": "another cut"}
        """#

    private static func answer(_ claims: String, _ conflicts: String) -> String {
        #"lathe.answer({"answer": "Between 21 % and 34 %.", "claims": [\#(claims)], "conflicts": [\#(conflicts)], "open": ["the week"]})"#
    }

    private static let claim =
        #"{"claim": "the late share by hour is 0.21", "sources": [{"source": "S1", "cell": 1}]}"#

    @Test func `a synthesis tells a conflict with both sides, each with subtask and cell`() async throws {
        // It hides the conflict first, which is refused with the reason.
        let model = Self.model([Self.answer(Self.claim, ""), Self.answer(Self.claim, Self.conflict)])
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("Combine")
            let told = await Self.told(session)
            #expect(outcome.status == .complete, "\(outcome.reason) \(told)")
            #expect(told.hasPrefix("complete True by week []"), "\(told)")
            #expect(told.contains("**In conflict: the late share**"))
            #expect(told.contains("it is 0.21 (by hour, subtask://1 cell 1)"), "\(told)")
            #expect(told.contains("it is 34 % (by day, subtask://2 cell 2)"), "\(told)")
            #expect(told.contains("**Without a result**"))
            let own = await Self.told(session, at: Place.coordinator.child("synthesis"))
            #expect(own.contains("the results differ in late_share"), "\(own)")
        }
    }

    @Test func `what no source has is refused once, then told`() async throws {
        let made = #"""
            {"claim": "the late share was 0.55", "sources": [{"source": "S1", "cell": 1}]},
            {"claim": "it falls in winter", "sources": []},
            {"claim": "by hour it is 0.21", "sources": [{"source": "S9", "cell": 1}]},
            {"claim": "by day it is 0.34", "sources": [{"source": "S2", "cell": 7}]}
            """#
        let model = Self.model([Self.answer(made, Self.conflict), Self.answer(made, Self.conflict)])
        try await TestSession.run(model) { session in
            _ = try await session.engine.ask("Combine")
            let (told, own) = (
                await Self.told(session), await Self.told(session, at: Place.coordinator.child("synthesis"))
            )
            for said in [
                "“the late share was 0.55” says 0.55, which none of its sources has",
                "“it falls in winter” has no source", "there is no source S9", "S2 has no cell 7",
            ] {
                #expect(own.contains(said), "\(own)")
                #expect(told.contains(said), "\(told)")
            }
            #expect(told.hasPrefix("unfounded False by week"), "\(told)")
            #expect(told.contains("**Does not hold**"))
        }
    }
}
