import Foundation
import LatheEngine
import LatheTestSupport
import LatheVocabulary
import Synchronization
import Testing

/// What the engine promises of kernels and slices, wherever they are.
@Suite(.serialized) struct PlacementTests {
    @Test func `the main job is the same at a place to which slices are copied and where messages arrive twice`()
        async throws
    {
        let coordinator = """
            import numpy as np
            part = np.arange(1_000_000)
            outcomes = lathe.delegate_each("sum it", {"a": part, "b": part, "c": part[:10]}, returns=int)
            lathe.answer(str([outcome.value for outcome in outcomes]))
            """
        let model = ScriptedModel { place, _ in
            place == .coordinator ? .code(coordinator) : .code("lathe.answer(int(data.sum()))")
        }
        let far = Mutex<FarPlacement?>(nil)
        try await TestSession.run(
            model,
            placing: { near in
                let placement = FarPlacement(near)
                far.withLock { $0 = placement }
                return placement
            },
            { session in
                let outcome = try await session.engine.ask("sums")
                #expect(outcome.answer == "[499999500000, 499999500000, 45]")
                #expect(outcome.status == .complete)
                let seen = try #require(far.withLock { $0 }).seen
                #expect(seen.copies >= 1)
                #expect(seen.held == 0, "a place keeps nothing that nobody needs")
                #expect(seen.repeats == 4)
                #expect(seen.refusals == ["CellRepeated"], "no cell is executed twice")
            })
    }

    @Test func `a kernel that ends while it is idle is recorded as lost, and the next task has another`() async throws {
        let model = ScriptedModel([
            .code(
                """
                import os, threading, time
                x = 1
                def end_when_told():
                    while not os.path.exists('end'): time.sleep(0.01)
                    os._exit(7)
                if not os.path.exists('armed'):
                    open('armed', 'w').close()
                    threading.Thread(target=end_when_told).start()
                lathe.answer('armed')
                """), .code("lathe.answer('x' in globals() and 'old' or 'new')"),
        ])
        try await TestSession.run(model) { session in
            let events = session.log.watch()
            #expect(try await session.engine.ask("arm it").answer == "armed")
            try "".write(toFile: session.workFolder + "/end", atomically: true, encoding: .utf8)
            let loss = try #require(await Self.loss(in: events))
            #expect(loss.place == .coordinator)
            #expect(loss.lastFinished == 1)
            #expect(loss.uncertainCell == nil)
            #expect(loss.reason.contains("exit code 7"))
            #expect(try await session.engine.ask("and now?").answer == "old", "its cell has run again")
        }
    }

    @Test func `a loss names the cell that may have been executed in part, and its own kernel`() async throws {
        let model = ScriptedModel([
            .code("x = 1"), .code("import os; os._exit(7)"), .code("lathe.answer('went on')"),
        ])
        try await TestSession.run(model) { session in
            #expect(try await session.engine.ask("x").answer == "went on")
            let losses = await session.journal.events(after: 0).compactMap { event -> KernelLoss? in
                if case .kernelLost(let loss) = event.body { loss } else { nil }
            }
            let loss = try #require(losses.first)
            #expect(losses.count == 1, "a kernel that is stopped on purpose is no loss")
            #expect(loss.lastFinished == 1)
            #expect(loss.uncertainCell == 2)
        }
    }

    @Test func `working memory that was lost is not counted as there when a session is opened again`() throws {
        let lost = KernelLoss(
            place: .coordinator, epoch: KernelEpoch(rawValue: 1), lastFinished: 1, uncertainCell: nil, reason: "gone")
        func ran(_ number: Int) -> [EventBody] {
            [
                .cellStarted(Cell(number: number, code: "x\(number) = 1")),
                .cellFinished(CellResult(number: number, status: .ok, seconds: 0)),
            ]
        }
        let events = (ran(1) + [.kernelLost(lost)] + ran(2)).enumerated().map {
            Event(sequence: $0 + 1, time: 0, place: .coordinator, body: $1)
        }
        #expect(SessionPast(events).cellsToRebuild() == 1)
        #expect(
            SessionPast(Array(events.prefix(3))).cellsToRebuild() == 1, "nobody has gone on without cell 1 yet")
    }

    /// The first loss among the events to come; nil where the stream ends without one.
    static func loss(in events: AsyncStream<Event>) async -> KernelLoss? {
        for await event in events {
            if case .kernelLost(let loss) = event.body { return loss }
        }
        return nil
    }
}
