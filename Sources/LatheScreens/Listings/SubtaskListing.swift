package import LatheVocabulary

/// A subtask of a session as its journal has it: an agent's run, or a tool call or a question in the background.
package struct ListedSubtask: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable { case agent, tool, question }

    package var id: Int
    package var kind: Kind
    package var label: String
    /// Who ran: the agent's name, `SERVER/TOOL`, or nothing for a question.
    package var runner: String
    /// Of the agent's run; of a call that of the kernel that began it.
    package var place: Place
    /// Whether it had begun, and not only been asked for.
    package var hasBegun = false
    package var began: Double?
    package var progress: ToolProgress?
    package var turns = 0
    package var usage = Usage()
    package var cost = Cost.none
    package var outcome: SubtaskOutcome?

    package init(id: Int, kind: Kind, label: String, runner: String, place: Place) {
        self.id = id
        self.kind = kind
        self.label = label
        self.runner = runner
        self.place = place
    }

    /// `complete` and the like, `running`, or `waiting` for room; `open` where no lathe works on the session.
    package func status(isUnderWay: Bool) -> String {
        if let outcome { return outcome.status.rawValue }
        return isUnderWay ? (hasBegun ? "running" : "waiting") : "open"
    }

    /// Bytes of the result as JSON, or of the file that holds it; nil where there is none.
    package var resultBytes: Int? {
        outcome?.value.map { $0["file"] == nil ? $0.text.utf8.count : $0["bytes"]?.integerValue ?? 0 }
    }
}

/// `lathe subtasks`, from plain values.
package enum SubtaskListing {
    package static func lines(_ rows: [ListedSubtask], isUnderWay: Bool, _ canvas: Canvas) -> [StyledLine] {
        guard !rows.isEmpty else { return [canvas.text("no subtasks in this session")] }
        let head = ["subtask", "status", "what", "place", "turns", "tokens", "cost", "result"].map {
            canvas.text($0, .dim)
        }
        let body = rows.map { row in
            let status = row.status(isUnderWay: isUnderWay)
            return [
                canvas.text("subtask://\(row.id)", .bold), canvas.text(status, style(of: row)),
                canvas.text(what(row)), canvas.text(row.place.description, .dim),
                canvas.text(row.kind == .tool ? "" : String(row.turns)),
                canvas.text(row.kind == .tool ? "" : Figure.tokens(row.usage.total)),
                canvas.text(row.kind == .tool ? "" : Figure.money(row.cost) ?? "unknown"),
                canvas.text(row.resultBytes.map(Figure.bytes) ?? "", .dim),
            ]
        }
        return canvas.table([head] + body, alignment: [.left, .left, .left, .left, .right, .right, .right, .right])
            .map { canvas.fit($0) }
    }

    private static func what(_ row: ListedSubtask) -> String {
        let label = row.label.prefix(40)
        return switch row.kind {
        case .agent: row.runner == row.label ? row.runner : "\(row.runner) (\(label))"
        case .tool: "tool \(label)"
        case .question: "question “\(label)”"
        }
    }

    private static func style(of row: ListedSubtask) -> Style {
        switch row.outcome?.status {
        case nil: .cyan
        case .complete: .green
        case .cancelled, .notRun: .yellow
        default: .red
        }
    }

    /// One with its whole result, which may be long: as JSON, escaped.
    package static func lines(_ row: ListedSubtask, isUnderWay: Bool, _ canvas: Canvas) -> [StyledLine] {
        var facts = [
            ("subtask", "subtask://\(row.id)"), ("status", row.status(isUnderWay: isUnderWay)), ("what", what(row)),
            ("place", row.place.description),
        ]
        if let outcome = row.outcome {
            facts.append(("took", Figure.duration(outcome.seconds)))
            if let code = outcome.code { facts.append(("code", code)) }
            if !outcome.reason.isEmpty { facts.append(("reason", outcome.reason)) }
        } else if let progress = row.progress {
            let total = progress.total.map { " of \(number($0))" } ?? ""
            let said = progress.message.isEmpty ? "" : ", \(progress.message)"
            facts.append(("progress", "\(number(progress.done))\(total)\(said)"))
        }
        if row.kind != .tool {
            facts.append(("turns", String(row.turns)))
            facts.append(("tokens", canvas.tokens(row.usage).plain))
            facts.append(("cost", Figure.money(row.cost) ?? "unknown: a model has no price"))
        }
        var lines = facts.flatMap { name, text in
            canvas.wrap(canvas.padded(canvas.text(name, .dim), to: 10) + canvas.text(text), indent: 10)
        }
        if let value = row.outcome?.value { lines += [canvas.blank] + result(value, canvas) }
        if let partial = row.outcome?.partial {
            lines += [canvas.blank, canvas.text("partial, nobody checked it:", .yellow)]
            lines += TerminalText.lines(partial).map { canvas.text($0) }
        }
        return lines
    }

    private static func result(_ value: JSONValue, _ canvas: Canvas) -> [StyledLine] {
        let shown = value["result"]?["structured"] ?? value["result"] ?? value["value"] ?? value
        if let text = shown.stringValue { return TerminalText.lines(text).map { canvas.text($0) } }
        return TerminalText.lines(IndentedJSON.text(shown)).map { canvas.text($0) }
    }

    private static func number(_ value: Double) -> String {
        abs(value) < 1e15 && value == value.rounded() ? String(Int(value)) : String(value)
    }

    package static func json(_ rows: [ListedSubtask], isUnderWay: Bool) -> JSONValue {
        .array(rows.map { json($0, isUnderWay: isUnderWay, whole: false) })
    }

    /// `whole` with its result.
    package static func json(_ row: ListedSubtask, isUnderWay: Bool, whole: Bool = true) -> JSONValue {
        let price: JSONValue = if case .microdollars(let micro) = row.cost { .integer(micro) } else { .null }
        var members: [String: JSONValue] = [
            "uri": .string("subtask://\(row.id)"), "id": .integer(row.id), "kind": .string(row.kind.rawValue),
            "label": .string(row.label), "runner": .string(row.runner), "place": .string(row.place.description),
            "status": .string(row.status(isUnderWay: isUnderWay)), "turns": .integer(row.turns),
            "tokens": .integer(row.usage.total), "microdollars": price,
            "seconds": row.outcome.map { .number($0.seconds) } ?? .null,
            "resultBytes": row.resultBytes.map(JSONValue.integer) ?? .null,
            "reason": .string(row.outcome?.reason ?? ""), "code": row.outcome?.code.map { .string($0) } ?? .null,
            "progress": row.progress?.json ?? .null,
        ]
        if whole {
            members["value"] = row.outcome?.value ?? .null
            members["partial"] = row.outcome?.partial.map { .string($0) } ?? .null
        }
        return .object(members)
    }
}
