import Foundation
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Cells of the session's owner between two turns of somebody else.
struct TakenCellTests {
    private static let waiting = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.02)\n"
    private let hands = RunHands(stop: { false }, decide: { _, _ in false }, waits: { _ in false })

    private func step(_ request: ControlRequest, of session: TestSession) async -> ControlAnswer {
        await session.engine.step(request, user: 1, process: 2, hands)
    }

    private func until(_ session: TestSession, _ condition: (Event) -> Bool) async throws {
        while await !session.journal.events(after: 0).contains(where: condition) {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func isCell(_ event: Event, at place: Place) -> Bool {
        if event.place == place, case .cellStarted = event.body { true } else { false }
    }

    @Test func `an owner's cell runs between two turns, also in a pause, and the model is told`() async throws {
        let model = ScriptedModel([
            .code(Self.waiting + "x = 1"), .code("lathe.answer(str(x))"),
        ])
        try await TestSession.run(model) { session in
            let idle = await step(ControlRequest(.cell, code: "1"), of: session)
            #expect(idle.line.contains("between tasks, run the cell in the chat itself"))
            async let outcome = session.engine.ask("go")
            try await until(session) { isCell($0, at: .coordinator) }
            #expect(await step(ControlRequest(.pause), of: session).line.contains("is paused"))
            // It is asked for while a cell is under way, and one more in the pause after that.
            async let first = step(ControlRequest(.cell, code: "x += 40\nprint('now', x)"), of: session)
            try await until(session) { if case .steppedIn(let step) = $0.body { step.action == .cell } else { false } }
            #expect(FileManager.default.createFile(atPath: session.workFolder + "/go", contents: nil))
            #expect(await first == .ran("cell 2 of coordinator: ok\nnow 41", .ok))
            let second = await step(ControlRequest(.cell, code: "x += 1; lathe.answer('mine')\n1/0"), of: session)
            guard case .ran(let said, .error) = second else {
                Issue.record("\(second)")
                return
            }
            #expect(said.contains("ZeroDivisionError"))
            #expect(model.requests.count == 1)
            #expect(await step(ControlRequest(.goOn), of: session).line.contains("goes on"))
            #expect(try await outcome.answer == "42")

            let told = model.requests.last?.messages.last?.blocks.map { "\($0)" }.joined() ?? ""
            #expect(told.contains("The user ran cell 2:"), "\(told)")
            #expect(told.contains("now 41") && told.contains("ZeroDivisionError"))
            let events = await session.journal.events(after: 0)
            let authors = events.compactMap { if case .cellStarted(let cell) = $0.body { cell.author } else { nil } }
            #expect(authors == [.model, .owner, .owner, .model])
            let steps = events.compactMap { if case .steppedIn(let step) = $0.body { step } else { nil } }
            #expect(steps.map(\.action) == [.pause, .cell, .cell, .goOn])
            #expect(steps.dropFirst().first?.code == "x += 40\nprint('now', x)")
            checkPast(events)
        }
    }

    /// A later program run goes on after the owner's cell, and a replay runs it where it ran.
    private func checkPast(_ events: [Event]) {
        let cells = TakenCells(following: events)
        #expect(cells.next(at: .coordinator, before: 1) == nil)
        #expect(cells.next(at: .coordinator, before: 2)?.code == "x += 40\nprint('now', x)")
        #expect(cells.next(at: .coordinator, before: 2)?.code.hasPrefix("x += 1;") == true)
        #expect(cells.next(at: .coordinator, before: 2) == nil)
        let cut = events.lastIndex { if case .cellStarted(let cell) = $0.body { cell.author == .owner } else { false } }
        var position = LoopPosition()
        for event in events[...(cut ?? 0)] where event.place == .coordinator {
            position.apply(event.body, pending: ["x = 1"])
        }
        #expect(position.turns == 1 && position.reply == nil && position.underWay == nil)
    }

    @Test func `a subtask's kernel is taken over, and what cannot run is refused with the reason`() async throws {
        let delegating = """
            outcome = lathe.delegate(lathe.agent(name='slow', instructions='x'), label='a').outcome()
            lathe.answer(outcome.value)
            """
        // A subtask has no folder that the test could write to.
        let told = "import time\nwhile not lathe.messages(): time.sleep(0.02)"
        let model = ScriptedModel { (place, index) -> ScriptedModel.Line? in
            if place == .coordinator { return index == 0 ? .code(delegating) : nil }
            let lines: [ScriptedModel.Line] = [.code(told), .code("lathe.answer(found)")]
            return lines.indices.contains(index) ? lines[index] : nil
        }
        try await TestSession.run(model) { session in
            let a = Place.coordinator.child("a")
            async let outcome = session.engine.ask("go")
            try await until(session) { isCell($0, at: a) }
            #expect(await step(ControlRequest(.pause, agent: "a"), of: session).line.contains("is paused"))
            let long = String(repeating: "#", count: 8_001)
            let tooLong = await step(ControlRequest(.cell, agent: "a", code: long), of: session)
            #expect(tooLong.line.contains("at most 8000 characters"))
            // The coordinator's own cell is under way until the task ends.
            async let never = step(ControlRequest(.cell, code: "found = 'nobody'"), of: session)
            async let taken = step(ControlRequest(.cell, agent: "subtask://1", code: "found = 'by hand'"), of: session)
            try await until(session) {
                if case .steppedIn(let step) = $0.body { step.action == .cell && step.agent == a } else { false }
            }
            try await until(session) {
                if case .steppedIn(let step) = $0.body {
                    step.action == .cell && step.agent == .coordinator
                } else {
                    false
                }
            }
            #expect(await step(ControlRequest(.tell, agent: "a", text: "go"), of: session).line.contains("done"))
            #expect(await taken == .ran("cell 2 of coordinator/a: ok\n(no output)", .ok))
            #expect(await step(ControlRequest(.goOn, agent: "a"), of: session).line.contains("goes on"))
            #expect(try await outcome.answer == "by hand")
            let end = await never.line
            #expect(end.contains("came to its end") || end.contains("no turns of coordinator"), "\(end)")
        }
    }
}
