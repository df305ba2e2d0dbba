import Foundation
import Glibc
import LatheStore
import LatheTestSupport
import LatheVocabulary
import Synchronization
import Testing

@testable import LatheEngine

/// A kernel that dies costs the cell that was under way in it, and nothing else.
@Suite(.serialized) struct ReplacementTests {
    /// Leaves in the work folder who the kernel is, for `ended`.
    private static let who = """
        import os
        with open("who", "w") as file:
            _ = file.write(f"{os.getpid()} {os.readlink('/proc/self/ns/pid')}")

        """
    /// Keeps the kernel from being copied from here on, so that the newest copy is the one from before this cell.
    private static let holdsFile = "held = open('held', 'w')\n"

    @Test func `a kernel that is killed between cells loses nothing, and nothing is asked twice`() async throws {
        let replies: [String] = [
            "x = [lathe.ask_model('which?')]\n" + Self.who + Self.holdsFile, "x.append(2)\nlathe.answer(str(x))",
        ]
        let victim = Victim()
        let model = ScriptedModel { place, index in
            guard place == .coordinator else { return index == 0 ? .text("heron") : nil }
            if index == 1 { victim.end() }
            return replies.indices.contains(index) ? .code(replies[index]) : nil
        }
        try await TestSession.run(model) { session in
            victim.look(in: session.workFolder)
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "['heron', 2]")
            #expect(outcome.turns == 3)
            let events = await session.journal.events(after: 0)
            #expect(events.losses.map(\.uncertainCell) == [nil])
            #expect(events.replaced == [KernelReplaced(checkpoint: 1, cell: 0, again: [1])])
            #expect(!events.results.contains { $0.status == .died })
            // Told with the result of the cell that ran in the new one.
            let told = Transcript(events, at: .coordinator).text
            #expect(told.contains("cell 1 was run again, with the recorded answers"))
        }
    }

    @Test func `a save that has every cell takes the place of a kernel that died, and no cell runs again`() async throws
    {
        let root = FileManager.default.temporaryDirectory.path + "/lathe-replaced-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let memory = SessionMemory(archive: MemoryFolder(path: root + "/memory"), inputs: [], limit: 1 << 30)
        let model = ScriptedModel([
            .code("import time\nx = time.time_ns()\n" + Self.who + "lathe.answer(str(x))"),
            .code("lathe.answer(str(x))"),
        ])
        try await TestSession.run(model, memory: memory) { session in
            let events = session.log.watch()
            let first = try await session.engine.ask("when?")
            for await event in events { if case .memorySaved = event.body { break } }
            let victim = Victim()
            victim.look(in: session.workFolder)
            // With it all copies end.
            victim.endTemplate()
            let second = try await session.engine.ask("and then?")
            #expect(second.answer == first.answer)
            #expect(await session.journal.events(after: 0).replaced == [KernelReplaced(generation: 1, cell: 1)])
        }
    }

    @Test func `a cell that kills the kernel when it runs again is left out, and the model is told`() async throws {
        let deadly =
            Self.who + Self.holdsFile + """
                if os.path.exists("again"): os._exit(3)
                open("again", "w").close()
                y = 2
                """
        let victim = Victim()
        let model = ScriptedModel { place, index in
            if index == 2 { victim.end() }
            let cells = ["x = 1", deadly, "lathe.answer(f\"{x} {'y' in dir()}\")"]
            return cells.indices.contains(index) ? .code(cells[index]) : nil
        }
        try await TestSession.run(model) { session in
            victim.look(in: session.workFolder)
            let outcome = try await session.engine.ask("x")
            #expect(outcome.answer == "1 False")
            let events = await session.journal.events(after: 0)
            #expect(events.replaced == [KernelReplaced(checkpoint: 2, cell: 1, undone: [2])])
            #expect(Transcript(events, at: .coordinator).text.contains("undone: cell 2"))
            // A later program run makes the memory of the same cells.
            #expect(SessionPast(events).path.steps.map(\.cell) == [1, 3])
        }
    }

    @Test func `a subtask whose kernel is killed goes on with its slice and what its cells had made`() async throws {
        let victim = Victim()
        let model = ScriptedModel { place, index in
            guard place != .coordinator else {
                return .code(
                    Self.who + "lathe.answer(lathe.delegate('sum it', 'x', data=[1, 2, 3], returns=int).result())")
            }
            if index == 1 { victim.endSubtasks() }
            return .code(index == 0 ? "half = sum(data)" : "lathe.answer(half)")
        }
        try await TestSession.run(model) { session in
            victim.look(in: session.workFolder)
            let outcome = try await session.engine.ask("x")
            #expect((outcome.answer, outcome.turns) == ("6", 3), "\(outcome.reason)")
            #expect(await session.journal.events(after: 0).replaced == [KernelReplaced(again: [1])])
        }
    }

    @Test func `a subtask that nobody waited for yet goes on when the kernel that began it is replaced`() async throws {
        let victim = Victim()
        let model = ScriptedModel { place, index in
            guard place == .coordinator else { return .cut(times: 20, then: "done") }
            if index == 1 { victim.end() }
            let begins = Self.who + Self.holdsFile + "s = lathe.delegate('look at it', 'x')"
            return .code(index == 0 ? begins : "lathe.answer(s.result())")
        }
        try await TestSession.run(model) { session in
            victim.look(in: session.workFolder)
            let outcome = try await session.engine.ask("x")
            #expect((outcome.answer, outcome.status, outcome.subtasks) == ("done", .complete, 1), "\(outcome.reason)")
            #expect(await session.journal.events(after: 0).replaced == [KernelReplaced(checkpoint: 1, again: [1])])
        }
    }

    @Test func `a template that is killed is followed by another, and the memory is made again in it`() async throws {
        let victim = Victim()
        let cells = [
            "x = [lathe.ask_model('which?')]\n" + Self.who, "x.append(2)",
            "x += [o.value for o in lathe.delegate_each('add one', {'a': [2], 'b': [3]}, returns=int)]\nlathe.answer(str(x))",
        ]
        let model = ScriptedModel { place, index in
            switch place.path.last {
            case "coordinator":
                if index == 2 { victim.endTemplate() }
                return cells.indices.contains(index) ? .code(cells[index]) : nil
            case "ask": return index == 0 ? .text("heron") : nil
            default: return index == 0 ? .code("lathe.answer(data[0] + 1)") : nil
            }
        }
        try await TestSession.run(model) { session in
            victim.look(in: session.workFolder)
            let outcome = try await session.engine.ask("x")
            #expect((outcome.answer, outcome.status) == ("['heron', 2, 3, 4]", .complete))
            let events = await session.journal.events(after: 0)
            #expect(events.replaced == [KernelReplaced(again: [1, 2])])
            #expect(events.losses.map(\.reason).allSatisfy { $0.contains("The sandbox ended") })
            let epochs = Set(events.losses.map(\.epoch))
            #expect(epochs.count == events.losses.count)
        }
    }

    @Test func `a cell that was begun just when its kernel died costs no earlier one`() {
        let loss = KernelLoss(
            place: .coordinator, epoch: KernelEpoch(rawValue: 1), lastFinished: 1, uncertainCell: nil, reason: "gone")
        func ran(_ number: Int, _ status: CellStatus) -> [EventBody] {
            [
                .cellStarted(Cell(number: number, code: "x")),
                .cellFinished(CellResult(number: number, status: status, seconds: 0)),
            ]
        }
        let second = ran(2, .died)
        for events in [[.kernelLost(loss)] + second, [second[0], .kernelLost(loss), second[1]]] {
            var path = MemoryPath()
            for body in ran(1, .ok) + events { path.apply(body) }
            #expect(path.wanted.filter(\.wentThrough).map(\.cell) == [1])
            #expect(path.cellsSoFar == [1, 2])
            path.apply(.kernelReplaced(KernelReplaced(again: [1], undone: [2])))
            #expect(path.steps.map(\.cell) == [1])
        }
    }

    @Test func `what another kernel was made of is said after the results of the cells of a reply`() {
        let calls = ["a", "b"].map { ToolCall(id: $0, code: "x = '\($0)'") }
        let reply = ModelReply(text: "", calls: calls, stop: .toolUse, model: "m")
        let replaced = KernelReplaced(checkpoint: 1, again: [1])
        func ran(_ number: Int) -> EventBody { .cellFinished(CellResult(number: number, status: .ok, seconds: 0)) }
        var transcript = Transcript()
        for body in [
            .taskSubmitted(TaskSubmitted(task: "t")), .turnFinished(TurnFinished(turn: 1, reply: reply, seconds: 0)),
            ran(1), .kernelReplaced(replaced), ran(2),
        ] { transcript.apply(body) }
        #expect(
            transcript.messages.last?.blocks == [
                .callResult(id: "a", text: "(no output)", isError: false),
                .callResult(id: "b", text: "(no output)", isError: false),
                .text("\(replaced.sentence) \(RolledBack.notUndone)"),
            ])
    }
}

/// The kernel of a session, as its cell has left word of it; ended from outside.
private final class Victim: Sendable {
    private let folder = Mutex("")

    func look(in workFolder: String) { folder.withLock { $0 = workFolder } }

    func end() { end { sandbox, inner in sandbox.process(inner) } }

    /// All that is in the sandbox ends with its first process.
    func endTemplate() { end { sandbox, _ in sandbox.process(1) } }

    func endSubtasks() { end { sandbox, _ in sandbox.processes(in: "/tmp/subtask-") } }

    private func end(_ choose: (Sandbox, Int32) -> [Int32]) {
        let text = try? String(contentsOfFile: folder.withLock { $0 } + "/who", encoding: .utf8)
        guard let words = text?.split(separator: " "), words.count == 2, let inner = Int32(words[0]) else {
            Issue.record("the kernel has left no word")
            return
        }
        let victims = choose(Sandbox(namespace: String(words[1])), inner)
        #expect(!victims.isEmpty)
        for process in victims {
            kill(process, SIGKILL)
            while !Sandbox.isOver(process) { usleep(1_000) }
        }
    }
}

/// The processes of one sandbox, looked at from outside.
private struct Sandbox {
    var namespace: String

    /// The process that has this number inside.
    func process(_ inner: Int32) -> [Int32] {
        all.filter { Self.status($0, "NSpid:")?.split(separator: "\t").last.flatMap { Int32($0) } == inner }
    }

    func processes(in folder: String) -> [Int32] {
        all.filter { (Self.link($0, "cwd") ?? "").hasPrefix(folder) }
    }

    static func isOver(_ process: Int32) -> Bool { status(process, "State:").map { $0.contains("Z") } ?? true }

    private var all: [Int32] {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return numbers.compactMap { Int32($0) }.filter { Self.link($0, "ns/pid") == namespace }
    }

    private static func link(_ process: Int32, _ name: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/\(name)")
    }

    private static func status(_ process: Int32, _ key: String) -> String? {
        let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        return text?.split(separator: "\n").first { $0.hasPrefix(key) }.map { String($0.dropFirst(key.count)) }
    }
}

extension [Event] {
    fileprivate var losses: [KernelLoss] {
        compactMap { if case .kernelLost(let loss) = $0.body { loss } else { nil } }
    }
    fileprivate var replaced: [KernelReplaced] {
        compactMap { if case .kernelReplaced(let replaced) = $0.body { replaced } else { nil } }
    }
    fileprivate var results: [CellResult] {
        compactMap { if case .cellFinished(let result) = $0.body { result } else { nil } }
    }
}

extension Transcript {
    fileprivate var text: String { messages.flatMap(\.blocks).map { "\($0)" }.joined(separator: "\n") }
}
