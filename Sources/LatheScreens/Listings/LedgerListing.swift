package import LatheVocabulary

/// `lathe sessions ledger`, from plain values: the task ledger, then the progress ledger.
package enum LedgerListing {
    package static func lines(_ view: LedgerView, _ canvas: Canvas) -> [StyledLine] {
        guard view.number > 0 || !view.facts.isEmpty || !view.guesses.isEmpty || !view.questions.isEmpty else {
            return [canvas.text("no task yet, and nothing noted")]
        }
        var lines = canvas.wrap(canvas.text("› ", .cyan) + canvas.text(firstLine(view.task), .bold), indent: 2)
        lines += entries("given", view.given, view, canvas)
        lines += entries("facts", view.facts, view, canvas)
        lines += entries("guesses", view.guesses, view, canvas)
        lines += entries("questions", view.questions, view, canvas)
        if view.dropped > 0 {
            lines.append(canvas.text("  \(view.dropped) earlier entries are in the journal alone", .dim))
        }
        for plan in view.plans { lines += self.plan(plan, canvas) }
        lines += heads(view.heads, canvas)
        return lines + agents(view, canvas)
    }

    // MARK: The task ledger

    private static func entries(
        _ title: String, _ entries: [LedgerEntry], _ view: LedgerView, _ canvas: Canvas
    ) -> [StyledLine] {
        guard !entries.isEmpty else { return [] }
        return [canvas.blank, canvas.text(title, .bold)] + entries.flatMap { entry($0, view, canvas) }
    }

    private static func entry(_ entry: LedgerEntry, _ view: LedgerView, _ canvas: Canvas) -> [StyledLine] {
        var line = canvas.text("· ", .dim) + canvas.text(words(entry.text))
        if entry.cut > 0 { line += canvas.text(" [… \(entry.cut) characters more]", .dim) }
        line += canvas.text("  \(source(entry, view))", .dim)
        if let settled = entry.settled {
            let style: Style = settled.verdict == .refutes ? .red : .green
            line += canvas.text("  \(word(settled.verdict)) by \(settled.by)", style)
        } else if entry.isOpen {
            line += canvas.text(entry.kind == .guess ? "  unchecked" : "  open", .yellow)
        }
        if entry.isOfOthers { line += canvas.text("  after it had read what others wrote", .yellow) }
        if entry.isUndone { line += canvas.text("  its cell was undone", .yellow) }
        return canvas.wrap(line, indent: 2)
    }

    private static func source(_ entry: LedgerEntry, _ view: LedgerView) -> String {
        let name = entry.name.map { $0.hasPrefix("\(view.place):") ? String($0.dropFirst("\(view.place):".count)) : $0 }
        let from = [name, entry.name == nil || entry.origin.hasPrefix("cell") ? entry.origin : nil]
        let earlier = entry.task < view.number ? "task \(entry.task)" : nil
        return "(\((from + [earlier]).compactMap { $0 }.joined(separator: ", ")))"
    }

    private static func word(_ verdict: LedgerNoted.Verdict) -> String {
        switch verdict {
        case .confirms: "confirmed"
        case .refutes: "refuted"
        case .answers: "answered"
        }
    }

    // MARK: The progress ledger

    private static func plan(_ plan: LedgerPlan, _ canvas: Canvas) -> [StyledLine] {
        let which = "plan \(plan.made.plan)" + (plan.made.revision > 1 ? ", revision \(plan.made.revision)" : "")
        let ending = plan.ended.map { " \($0.status.rawValue)" } ?? ""
        let head = canvas.text(which + ending, .bold) + canvas.text("  \(words(plan.made.goal))", .dim)
        let rows = plan.steps.map { step -> [StyledLine] in
            let needs = step.plan.needs.isEmpty ? "" : "needs \(step.plan.needs.joined(separator: ", "))"
            let reason = step.changed?.reason ?? ""
            return [
                canvas.text("  \(step.plan.name)", .bold), canvas.text(step.state.replacing("_", with: " ")),
                canvas.text(step.changed?.agent ?? step.plan.agent ?? "", .dim),
                canvas.text(reason.isEmpty ? needs : words(reason), .dim),
            ]
        }
        return [canvas.blank, canvas.fit(head)] + canvas.table(rows).map { canvas.fit($0) }
    }

    static func heads(_ heads: LedgerView.Heads, _ canvas: Canvas) -> [StyledLine] {
        let named: [(String, [String], Style)] = [
            ("done", heads.done, .green), ("in progress", heads.inProgress, .cyan), ("stalled", heads.stalled, .yellow),
            ("failed", heads.failed, .red), ("next", heads.next, .dim),
        ]
        let lines = named.filter { !$0.1.isEmpty }.flatMap { title, names, style in
            let shown = names.prefix(40).map(words).joined(separator: ", ")
            let more = names.count > 40 ? " and \(names.count - 40) more" : ""
            let head = canvas.padded(canvas.text(title, style), to: 13)
            return canvas.wrap(head + canvas.text("\(names.count)  \(shown)\(more)"), indent: 13)
        }
        return lines.isEmpty ? [] : [canvas.blank] + lines
    }

    private static func agents(_ view: LedgerView, _ canvas: Canvas) -> [StyledLine] {
        guard !view.agents.isEmpty else { return [] }
        let head = ["agent", "state", "turns", "cells", "tokens", "cost", "last progress"].map { canvas.text($0, .dim) }
        let rows = view.agents.map { agent -> [StyledLine] in
            let last = agent.progress.last.map { "turn \($0.turn): \(words($0.what))" } ?? "none"
            let why = agent.reason.isEmpty ? last : words(agent.reason)
            return [
                canvas.pad(2 * (agent.place.depth - view.place.depth)) + canvas.text(words(agent.name), .bold),
                canvas.text(agent.outcome.map(EndBlock.word) ?? agent.state.rawValue, style(of: agent)),
                canvas.text(String(agent.progress.turns)), canvas.text(String(agent.cells)),
                canvas.text(Figure.tokens(agent.usage.total)), canvas.text(Figure.money(agent.cost) ?? "unknown"),
                canvas.text(why, .dim),
            ]
        }
        let table = canvas.table([head] + rows, alignment: [.left, .left, .right, .right, .right, .right])
        return [canvas.blank] + table.map { canvas.fit($0) }
    }

    private static func style(of agent: LedgerAgent) -> Style {
        switch agent.state {
        case .next: .dim
        case .running: .cyan
        case .stalled: .yellow
        case .complete: .green
        case .ended: .red
        }
    }

    private static func words(_ text: String) -> String { TerminalText.lines(text).joined(separator: " ") }

    private static func firstLine(_ text: String) -> String {
        TerminalText.lines(text).first { !$0.allSatisfy(\.isWhitespace) } ?? "no task"
    }
}
