import Foundation
package import LatheVocabulary

/// `lathe sessions list` and `show`, from plain values.
package enum SessionListing {
    /// The latest first. `now` and the times are in seconds since 1970.
    package static func lines(_ rows: [SessionRow], now: Double, canvas: Canvas) -> [StyledLine] {
        guard !rows.isEmpty else { return [canvas.text("no sessions yet; begin one with lathe ask \"…\" --data PATH")] }
        let head = ["session", "used", "tasks", "tokens", "cost", "ended", "last task"].map { canvas.text($0, .dim) }
        let body = rows.sorted { $0.lastUsed > $1.lastUsed }.map { row in
            [
                canvas.text(row.name, .bold),
                canvas.text(age(now - row.lastUsed)),
                canvas.text(String(row.tasks)),
                canvas.text(Figure.tokens(row.usage.total)),
                canvas.text(Figure.money(row.cost) ?? "unknown"),
                canvas.text(row.ending),
                canvas.text(row.lastTask, .dim),
            ]
        }
        return canvas.table([head] + body, alignment: [.left, .left, .right, .right, .right])
    }

    package static func json(_ rows: [SessionRow]) -> JSONValue { .array(rows.map(\.json)) }

    /// A session with its tasks, inputs, artifacts and saved capabilities.
    package static func lines(_ detail: SessionDetail, now: Double, canvas: Canvas) -> [StyledLine] {
        let row = detail.row
        var facts = [
            ("session", row.name), ("folder", detail.folder), ("model", row.model),
            ("last used", age(now - row.lastUsed)),
            ("tokens", canvas.tokens(row.usage).plain),
            ("cost", Figure.money(row.cost) ?? "unknown: a model has no price"),
        ]
        if let onMain = detail.onMain { facts.append(("reckoned", onMain.sentence)) }
        facts += detail.inputs.map { ("input", "\($0.name): \($0.format.rawValue), \($0.path)") }
        if !detail.exposure.causes.isEmpty { facts.append(("exposure", detail.exposure.text)) }
        facts += detail.instructions.map { ("instructions", "\($0.sentence), sha256 \($0.sha256.prefix(12))…") }
        facts += detail.artifacts.map { ("artifact", "\($0.path) (\($0.mime), \(Figure.bytes($0.bytes)))") }
        if let memory = detail.memory { facts += Self.memory(memory) }
        facts += detail.saved.map { ("saved", "\($0.kind.rawValue) \($0.name) (\($0.status.rawValue))") }
        var lines = facts.map { canvas.padded(canvas.text($0.0, .dim), to: 12) + canvas.text($0.1) }
        lines += orchestrated(detail.orchestrated, canvas)
        lines += spending(detail.spending, canvas)
        for task in detail.tasks {
            lines += [canvas.blank]
            lines += canvas.wrap(canvas.text("› ", .cyan) + canvas.text(task.task, .bold), indent: 2)
            if task.status != .complete, !(task.answer + (task.partial ?? "")).isEmpty {
                lines.append(canvas.text(task.answer.isEmpty ? "partial, no answer:" : "partial answer:", .yellow))
            }
            let text = task.answer.isEmpty ? task.partial ?? "" : task.answer
            if !text.isEmpty { lines += Markdown(canvas: canvas).lines(text) }
            let ending =
                "\(EndBlock.word(task.status)), \(Figure.count(task.turns, "turn")), \(Figure.duration(task.seconds))"
            lines += canvas.wrap(canvas.text(ending + (task.reason.isEmpty ? "" : ": \(task.reason)"), .dim), indent: 2)
        }
        return lines
    }

    private static func memory(_ save: SavedMemory) -> [(String, String)] {
        let content = save.content
        let what = "\(Figure.count(content.variableCount, "variable")), \(Figure.bytes(save.bytes)) on disk"
        var unsaved = content.unsaved.prefix(20).map { ("not saved", "\($0.title): \($0.reason)") }
        let more = content.unsaved.count - unsaved.count + content.unsavedOmitted
        if more > 0 { unsaved.append(("not saved", "\(more) more; --json names the first \(content.unsaved.count)")) }
        return [("memory", what + ", as after cell \(save.path.last?.cell ?? 0)")] + unsaved
    }

    private static func orchestrated(_ bodies: [EventBody], _ canvas: Canvas) -> [StyledLine] {
        let told = bodies.flatMap { OrchestrationLines.sentences($0) ?? [] }
        guard !told.isEmpty else { return [] }
        return [canvas.blank] + told.flatMap { canvas.wrap(canvas.text("· \($0)"), indent: 2) }
    }

    /// Who used what: only where more than one did, since one is the whole.
    private static func spending(_ rows: [SpendingRow], _ canvas: Canvas) -> [StyledLine] {
        guard rows.count > 1 else { return [] }
        let head = ["agent", "model", "turns", "read", "written", "cost"].map { canvas.text($0, .dim) }
        let body = rows.map { row in
            [
                canvas.text(row.agent, .bold), canvas.text(row.model), canvas.text(String(row.turns)),
                canvas.text(Figure.tokens(row.usage.total - row.usage.output)),
                canvas.text(Figure.tokens(row.usage.output)), canvas.text(Figure.money(row.cost) ?? "unknown"),
            ]
        }
        return [canvas.blank]
            + canvas.table([head] + body, alignment: [.left, .left, .right, .right, .right, .right])
    }

    /// `just now`, `12 min ago`, `3 h ago`, `10 d ago`.
    static func age(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "-" }
        switch seconds {
        case ..<60: return "just now"
        case ..<3600: return "\(Int(seconds / 60)) min ago"
        case ..<86400: return "\(Int(seconds / 3600)) h ago"
        default: return "\(Int(min(seconds, 1e12) / 86400)) d ago"
        }
    }
}

/// One session, as `lathe sessions show` shows it.
package struct SessionDetail: Sendable, Hashable {
    package struct TaskRow: Sendable, Hashable {
        package var task: String
        package var status: OutcomeStatus
        package var answer: String
        package var reason: String
        /// What there is in place of an answer; nil where there is nothing.
        package var partial: String?
        package var turns: Int
        package var seconds: Double

        package init(
            task: String, status: OutcomeStatus, answer: String = "", reason: String = "",
            partial: String? = nil, turns: Int = 0, seconds: Double = 0
        ) {
            self.partial = partial
            self.task = task
            self.status = status
            self.answer = answer
            self.reason = reason
            self.turns = turns
            self.seconds = seconds
        }
    }

    package var row: SessionRow
    package var folder: String
    package var inputs: [DataInput]
    /// What it has read that matters to what it may send, and whether it sent anything.
    package var exposure = Exposure()
    /// What the project's AGENTS.md said, each time that it was another.
    package var instructions: [ProjectInstructions] = []
    package var tasks: [TaskRow]
    package var artifacts: [Artifact]
    package var saved: [Capability]
    package var spending: [SpendingRow]
    /// What all of it would have cost on the main model alone; nil where no other was used.
    package var onMain: Reckoned?
    /// The newest save of its working memory.
    package var memory: SavedMemory?
    /// The events of its chosen agents, roundtables, handoffs, plans, contexts and specialists, in order.
    package var orchestrated: [EventBody] = []

    package static let orchestration: Set<EventBody.Kind> = [
        .roundtableOpened, .roundtableSeated, .roundtableRound, .roundtableClosed, .handoffInitiated, .handoffAccepted,
        .handoffDeclined, .handoffCompleted, .handoffRolledBack, .planMade, .planRefused, .planStep, .planEnded,
        .agentChosen,
        .contextEdited, .contextEditRefused, .contextRestored, .contextKept, .specialistAsked, .specialistDecided,
    ]

    package init(
        row: SessionRow, folder: String, inputs: [DataInput] = [], tasks: [TaskRow] = [], artifacts: [Artifact] = [],
        saved: [Capability] = [], spending: [SpendingRow] = []
    ) {
        self.row = row
        self.folder = folder
        self.inputs = inputs
        self.tasks = tasks
        self.artifacts = artifacts
        self.saved = saved
        self.spending = spending
    }

    package var json: JSONValue {
        guard case .object(var members) = row.json else { return row.json }
        members["folder"] = .string(folder)
        members["inputs"] = .array(
            inputs.map { ["name": .string($0.name), "format": .string($0.format.rawValue), "path": .string($0.path)] })
        members["exposure"] = .object(
            Dictionary(exposure.causes.map { ($0.key.rawValue, JSONValue.string($0.value)) }) { first, _ in first })
        members["instructions"] = .array(
            instructions.map {
                [
                    "file": .string($0.file), "sha256": .string($0.sha256), "characters": .integer($0.characters),
                    "told": .integer($0.told),
                ]
            })
        members["tasks"] = .array(
            tasks.map {
                [
                    "task": .string($0.task), "status": .string($0.status.rawValue), "answer": .string($0.answer),
                    "partial": $0.partial.map { .string($0) } ?? .null, "reason": .string($0.reason),
                    "turns": .integer($0.turns), "seconds": .number($0.seconds),
                ]
            })
        members["artifacts"] = .array(
            artifacts.map { ["path": .string($0.path), "mime": .string($0.mime), "bytes": .integer($0.bytes)] })
        members["saved"] = .array(saved.map(\.json))
        members["memory"] = memory.map { save in
            [
                "generation": .integer(save.generation), "cell": .integer(save.path.last?.cell ?? 0),
                "bytes": .integer(save.bytes), "variables": .integer(save.content.variableCount),
                "unsaved": .array(
                    save.content.unsaved.map {
                        [
                            "name": .string($0.name), "type": .string($0.type), "reason": .string($0.reason),
                            "cell": .integer($0.cell),
                        ]
                    }),
                "unsavedOmitted": .integer(save.content.unsavedOmitted),
            ]
        }
        members["orchestration"] = .array(
            orchestrated.map { body in
                let told = OrchestrationLines.sentences(body) ?? []
                return ["type": .string(body.kind.rawValue), "text": .string(told.joined(separator: "\n"))]
            })
        members["spending"] = .array(spending.map(\.json))
        members["onMain"] = onMain.map { reckoned in
            let price: JSONValue = if case .microdollars(let micro) = reckoned.cost { .integer(micro) } else { .null }
            return ["model": .string(reckoned.model), "microdollars": price]
        }
        return .object(members)
    }
}
