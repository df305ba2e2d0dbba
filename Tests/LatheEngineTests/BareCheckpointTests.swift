import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Going back where kernels run without a sandbox: the same, with the template as an ordinary process of the machine.
@Suite(.serialized) struct BareCheckpointTests {
    @Test func `without a sandbox the working memory goes back all the same`() async throws {
        try await TestSession.run(ScriptedModel([]), adjust: { $0.arrangement = .none }) { session in
            let engine = session.engine
            _ = try await engine.execute("import os; rows = [1]; lathe.checkpoint('one'); rows.append(2)")
            #expect(try await engine.execute("rows.append(3); 1 / 0").status == .error)
            guard case .undone(let back) = try await engine.undo() else {
                Issue.record("the cell was not undone")
                return
            }
            #expect(back.undone == [2])
            #expect(try await engine.execute("rows").value?.text.head == "[1, 2]")
            _ = try await engine.execute("lathe.rollback('one')")
            #expect(try await engine.execute("rows").value?.text.head == "[1]")
            _ = try await engine.execute("lathe.branch(['rows.append(9); 9', 'rows.append(8); 8'])")
            #expect(try await engine.execute("rows").value?.text.head == "[1, 8]")
            #expect(try await engine.execute("rows.append(7); os._exit(3)").status == .died)
            #expect(try await engine.execute("rows").value?.text.head == "[1, 8]")
        }
    }

    @Test func `without a sandbox what keeps a copy from being made is named, and can be mended`() async throws {
        try await TestSession.run(ScriptedModel([]), adjust: { $0.arrangement = .none }) { session in
            let engine = session.engine
            _ = try await engine.execute("f = open('log.txt', 'w')")
            let refused = try await engine.execute("lathe.checkpoint()")
            #expect(refused.failure?.message.contains("log.txt, open for writing") == true, "\(refused)")
            let made = try await engine.execute("f.close(); lathe.checkpoint('now')")
            #expect(made.status == .ok, "\(made)")
        }
    }
}
