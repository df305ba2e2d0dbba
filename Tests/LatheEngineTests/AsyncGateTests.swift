import LatheVocabulary
import Testing

@testable import LatheEngine

/// Waiting for room, and giving it up.
struct AsyncGateTests {
    @Test func `who is cancelled while it waits goes at once, and takes no place with it`() async {
        let gate = AsyncGate(1)
        #expect(await gate.enter())
        let waiting = Task { await gate.enter() }
        let next = Task { await gate.enter() }
        waiting.cancel()
        // The one place is held throughout: this ends by the cancelling alone.
        #expect(await waiting.value == false)
        await gate.leave()
        #expect(await next.value)
        next.cancel()
        await gate.leave()
        #expect(await gate.enter())
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            return await gate.enter()
        }
        late.cancel()
        #expect(await late.value == false)
    }

    @Test func `of calls that are begun together all have room, or none is begun`() async throws {
        let registry = SubtaskRegistry(places: [], lastID: 0)
        let two: [(kind: SubtaskRegistry.Entry.Kind, label: String, note: JSONValue?)] = [
            (.tool, "crm/add", nil), (.question, "Which?", nil),
        ]
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (try? await registry.begin(two, owner: .coordinator, atMost: 5)) != nil
                }
            }
            return await group.reduce(into: 0) { count, isBegun in count += isBegun ? 1 : 0 }
        }
        #expect(outcomes == 2)
        #expect(await registry.openCalls == 4)
        let refusal = await #expect(throws: HostRefusal.self) {
            try await registry.begin(two, owner: .coordinator, atMost: 5)
        }
        #expect(refusal?.code == "limit")
    }
}
