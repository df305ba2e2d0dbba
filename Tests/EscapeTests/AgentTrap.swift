import Foundation
import LatheEngine
import LatheRecall
import LatheScreens
import LatheStore
import LatheTestSupport
import LatheVocabulary
import Synchronization

/// A real session with agents at work, in which one of them attempts something: the coordinator's code, or a subtask's.
///
/// Beside it works a victim, which waits for one word of its parent's and tells what else it heard. Nobody may call a tool. The
/// coordinator's model grants every specialist.
struct AgentTrap {
    /// How the cell of the attempt ended, the cell after it, and all that happened.
    let result: CellResult?
    let next: CellResult?
    let outcome: TaskOutcome
    let events: [Event]
    private let requests: [ModelRequest]
    private let toolCalls: [String]
    private let entries: [String]
    private let facts: Int
    private let attacker: Place

    private static let victim = """
        import time
        heard = []
        while not any(m.sender == "coordinator" and m.text == "done" for m in heard):
            heard += lathe.messages()
            time.sleep(0.02)
        lathe.answer({"heard": [[m.sender, m.text[:100]] for m in heard]})
        """

    private static let begun = """
        victim = lathe.delegate(lathe.agent("victim", "Wait."), "wait", label="victim", data=[1, 2])
        """

    private static let attacking = """
        attacker = lathe.delegate(
            lathe.agent("attacker", "Look at the harbour.", tools=[]), "look", label="attacker", data=[3, 4])
        """

    private static let planning = """
        attacker = lathe.plan("Look", [lathe.step(
            "attacker", "look", lathe.agent("attacker", "Look at the harbour.", tools=[]), data=[3, 4],
            budget={"tokens": 100_000, "calls": 6, "subtasks": 1})]).run
        """

    private static let ending = """
        lathe.send(victim, "done")
        lathe.answer(repr(victim.result()["heard"]))
        """

    private static let granted =
        #"{"decision": "spawn", "reason": "so it is", "steps": [{"agent": null, "instructions": "Read tides.", "task": "sum up"}]}"#

    /// What a specialist of the attempt's tries, with what it was given.
    private static let specialist = """
        said = []
        for way in (lambda: lathe.tools.shop.write(text="x"), lambda: lathe.send("victim", "planted")):
            try:
                said.append(str(way()))
            except Exception as error:
                said.append(f"{type(error).__name__}")
        lathe.answer(", ".join(said))
        """

    static let budget = BudgetLimits(tokens: 3_000_000, subtasks: 60)

    static func run(_ attempt: Attempt, as role: KernelRole, prelude: String) async throws -> AgentTrap {
        let place = role == .session ? Place.coordinator : Place.coordinator.child("attacker")
        let own = [Self.target + prelude, attempt.code, "6 * 7"]
        let coordinator =
            role == .session
            ? [begun + "\n" + own[0], own[1], own[2], ending]
            : [
                begun + "\n" + (attempt.isStep ? planning : attacking),
                attempt.isStep ? "print(attacker())" : "print(attacker.outcome())", ending,
            ]
        let model = ScriptedModel { at, turn in
            let cells: [String]
            // By whole places: a label may be anybody's.
            switch at {
            case .coordinator: cells = coordinator
            case Place.coordinator.child("attacker"): cells = own + ["lathe.answer('through')"]
            case Place.coordinator.child("victim"): cells = [victim]
            case _ where at.isOfQuestions: return .text(granted)
            case _ where at.path.last?.hasPrefix("specialist ") == true: cells = [specialist]
            default: cells = ["lathe.answer('done')"]
            }
            return cells.indices.contains(turn) ? .code(cells[turn]) : nil
        }
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-trap-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let access = ScriptedTools(
            [ScriptedTools.tool("shop/write"), ScriptedTools.tool("shop/look", reads: true, reachesOut: false)]
                .compactMap { $0 })
        // The coordinator's code calls tools as the user's rules say; here they say no.
        let rules = role == .session ? ToolRules(deny: ["shop/*"]) : ToolRules(allow: ["*"])
        let project = ProjectRecollections(
            project: "/p", records: RecollectionDatabase(folder: folder), meaning: try BuiltParts.find().meaning)
        let memory = SessionRecollections(project, remembering: .session)
        let trap = try await TestSession.run(
            model, tools: SessionTools(access: access, rules: rules),
            recollections: attempt.name.hasPrefix("memory_") ? memory : nil
        ) { session in
            let outcome = try await session.engine.ask("Look at the harbour", maxTurns: 8, budget: budget)
            let events = await session.journal.events(after: 0)
            let library = session.folder + "/generated-capabilities"
            return AgentTrap(
                result: Self.result(of: 2, at: place, in: events), next: Self.result(of: 3, at: place, in: events),
                outcome: outcome, events: events, requests: model.requests, toolCalls: access.calls,
                entries: (try? FileManager.default.contentsOfDirectory(atPath: library)) ?? [],
                facts: try await project.count(), attacker: place)
        }
        await project.close()
        return trap
    }

    private static let target = """
        target = {"victim": "coordinator/victim", "victim_id": 1, "secret": "/etc/passwd"}

        """

    private static func result(of cell: Int, at place: Place, in events: [Event]) -> CellResult? {
        for event in events where event.place == place {
            if case .cellFinished(let result) = event.body, result.number == cell { return result }
        }
        return nil
    }

    // MARK: Harm

    /// What is not as it must be, whatever the attempt's code saw; empty where nothing came of it.
    func harm() -> [String] {
        var harm: [String] = []
        if outcome.status != .complete { harm.append("the task: \(outcome.status) \(outcome.reason)") }
        if outcome.answer != "[['coordinator', 'done']]" { harm.append("the victim: \(outcome.answer)") }
        if !toolCalls.isEmpty { harm.append("tools were called: \(toolCalls)") }
        if !entries.isEmpty { harm.append("the library: \(entries)") }
        if facts > 0 { harm.append("\(facts) facts are remembered") }
        let spent = outcome.usage.total
        if spent > Self.budget.tokens ?? 0 { harm.append("\(spent) tokens were spent") }
        for event in events { harm += Self.harm(in: event) }
        return harm + harmInRequests() + harmOnScreens()
    }

    /// What the journal may never hold: a sender that is not the place, a place of lathe's own taken by a subtask, a step that is
    /// complete with another's subtask.
    private static func harm(in event: Event) -> [String] {
        switch event.body {
        case .messageSent(let message) where message.from != event.place || message.from == .user:
            ["a message of \(message.from) from \(event.place)"]
        case .subtaskStarted(let one) where one.place.isOfQuestions || one.place.isOfBranch:
            ["a subtask at \(one.place)"]
        case .subtaskStarted(let one) where one.task.utf8.count > 200_000:
            ["a task of \(one.task.utf8.count) bytes"]
        case .ledgerNoted(let note) where note.text.utf8.count > 4_000:
            ["a note of \(note.text.utf8.count) bytes"]
        default: []
        }
    }

    /// Beside its own, no model is told what is too long, or what could hide words or act on a screen; nobody's prompt changes.
    private func harmInRequests() -> [String] {
        var harm: [String] = []
        var systems: [Place: String] = [:]
        for request in requests
        where attacker == .coordinator || !request.place.isWithin(attacker) || request.place.isOfQuestions {
            let system = systems[request.place, default: request.system]
            if system != request.system { harm.append("the prompt of \(request.place) changed") }
            systems[request.place] = request.system
            guard request.place != attacker else { continue }
            let text = request.messages.flatMap(\.blocks).map(\.told).joined(separator: "\n")
            if text.utf8.count > 60_000 { harm.append("\(request.place) was told \(text.utf8.count) bytes") }
            if let scalar = text.unicodeScalars.first(where: Self.acts) {
                harm.append("\(request.place) was told U+\(String(scalar.value, radix: 16))")
            }
        }
        return harm
    }

    private func harmOnScreens() -> [String] {
        let shown = Mutex("")
        let output = TerminalOutput { text in shown.withLock { $0 += text } }
        let screen = PlainScreen(output: output, canvas: Canvas(width: nil))
        var harm: [String] = []
        for event in events {
            screen.show(event)
            let text = shown.withLock { text in
                defer { text = "" }
                return text
            }
            guard let scalar = text.unicodeScalars.first(where: Self.acts) else { continue }
            harm.append("\(event.body.kind) shows U+\(String(scalar.value, radix: 16))")
        }
        return harm
    }

    private static func acts(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A, 0x09, 0x200C, 0x200D: false
        case 0x2028, 0x2029: true
        default: [.control, .format].contains(scalar.properties.generalCategory)
        }
    }
}

extension Message.Block {
    /// What a model is told by it.
    fileprivate var told: String {
        switch self {
        case .text(let text): text
        case .callResult(_, let text, _): text
        case .call: ""
        }
    }
}
