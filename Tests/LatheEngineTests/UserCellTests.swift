import LatheTestSupport
import LatheVocabulary
import Testing

@Suite struct UserCellTests {
    @Test func `a user's cell finds a kernel, however many kernels the cells before it have killed`() async throws {
        try await TestSession.run(ScriptedModel([])) { session in
            for _ in 1...5 {
                #expect(try await session.engine.execute("import os; os._exit(7)").status == .died)
                let next = try await session.engine.execute("1+1")
                #expect(next.value?.text.head == "2", "\(next)")
            }
        }
    }
}
