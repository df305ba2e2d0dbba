import LatheVocabulary

/// Lays out what `lathe watch` shows: the task, the tree of agents, what waits, what was said, and what can be done.
struct WatchView {
    let canvas: Canvas
    /// Lines it may have.
    let height: Int
    let now: Double
    /// How to step in, in place of the command that does so.
    var hint: String?

    func lines(_ tree: AgentTree, isOpen: Bool) -> [StyledLine] {
        var lines = [canvas.fit(heading(tree))]
        let questions = tree.questions.sorted { $0.key < $1.key }.suffix(3).flatMap { question($0.value, tree) }
        let said = tree.messages.suffix(max(0, min(6, height / 4))).map(message)
        let steps = tree.steps.suffix(2).map(step)
        let known = shared(tree) + ledger(tree.ledger.view(of: .coordinator))
        let foot = [canvas.fit(status(tree, isOpen: isOpen))]
        let room = max(1, height - lines.count - questions.count - said.count - steps.count - known.count - foot.count)
        lines += agents(tree, room)
        return Array((lines + known + questions + said + steps).prefix(max(1, height - 1))) + foot
    }

    private func heading(_ tree: AgentTree) -> StyledLine {
        let task = TerminalText.lines(tree.task).first { !$0.allSatisfy(\.isWhitespace) } ?? "no task yet"
        return canvas.text(tree.session, .bold) + canvas.text("  " + task, .dim)
    }

    /// The heads of the ledgers, in a line; none where there is nothing but an agent at work.
    private func ledger(_ view: LedgerView) -> [StyledLine] {
        let heads = view.heads
        let open = view.questions.count { $0.isOpen }
        let counted = [
            (heads.done.count, "done"), (heads.inProgress.count, "in progress"), (heads.stalled.count, "stalled"),
            (heads.failed.count, "failed"), (heads.next.count, "next"), (view.facts.count, "facts"),
            (view.guesses.count { $0.isOpen }, "guesses unchecked"), (open, "questions open"),
        ].filter { $0.0 > 0 }
        guard !counted.isEmpty else { return [] }
        let text = counted.map { "\($0.1) \($0.0)" }.joined(separator: " · ")
        return [canvas.fit(canvas.text("ledger  \(text)", heads.stalled.isEmpty ? .dim : .yellow))]
    }

    private func agents(_ tree: AgentTree, _ room: Int) -> [StyledLine] {
        let shown = tree.order.count <= room ? tree.order : chosen(tree, room - 1)
        let cells = shown.compactMap { tree.rows[$0]?.cells(canvas, unread: tree.mail.unread(at: $0).count, now: now) }
        var lines = canvas.table(cells, alignment: AgentRow.alignment).map { canvas.fit($0) }
        let hidden = tree.order.count - shown.count
        if hidden > 0 {
            let running = tree.order.filter { !shown.contains($0) && tree.rows[$0]?.end == nil }.count
            lines.append(canvas.text("  … \(hidden) more, \(running) of them at work", .dim))
        }
        return lines
    }

    /// The coordinator, then who works, then who failed, then the latest.
    private func chosen(_ tree: AgentTree, _ count: Int) -> [Place] {
        func rank(_ place: Place) -> Int {
            guard place != .coordinator, let end = tree.rows[place]?.end else { return 0 }
            return end.status == .complete ? 2 : 1
        }
        let ranked = tree.order.enumerated().sorted { left, right in
            let (a, b) = (rank(left.element), rank(right.element))
            return a != b ? a < b : (a == 0 ? left.offset < right.offset : left.offset > right.offset)
        }
        let kept = Set(ranked.prefix(max(1, count)).map(\.element))
        return tree.order.filter(kept.contains)
    }

    /// Who asks for what, and the arguments, as far as four lines hold them.
    private func question(_ asked: QuestionAsked, _ tree: AgentTree) -> [StyledLine] {
        let agent = asked.agent.map { " (agent \($0))" } ?? ""
        let asker = (tree.askers[asked.question]?.description ?? "") + agent
        let head =
            canvas.text("? ", .yellow) + canvas.text("question \(asked.question)", .bold)
            + canvas.text(
                "  \(asker) calls \(asked.server)/\(asked.tool): lathe control allow|deny \(tree.session) \(asked.question)"
            )
        let text = asked.arguments.text
        let arguments = canvas.wrap(canvas.text("    " + text.prefix(2_000)), indent: 4)
        let shown = arguments.prefix(4).map { canvas.fit($0) }
        let isCut = arguments.count > shown.count || text.count > 2_000
        let rest = canvas.text("    … \(text.count) characters in all: question_asked in the journal", .yellow)
        return [canvas.fit(head)] + why(asked.reason) + shown + (isCut ? [canvas.fit(rest)] : [])
    }

    /// Why it is asked, and what was read that could leave with it; nothing in journals that do not say so.
    private func why(_ reason: ConsentReason?) -> [StyledLine] {
        guard let reason else { return [] }
        let warning = ToolRequestListing.warning(reason).map {
            canvas.wrap(canvas.text("    " + $0, .yellow), indent: 4).prefix(3).map { canvas.fit($0) }
        }
        return [canvas.fit(canvas.text("    " + ToolRequestListing.why(reason)))] + (warning ?? [])
    }

    private func message(_ message: AgentMessage) -> StyledLine {
        let to =
            message.to.first.map { ($0.path.last ?? "") + (message.to.count > 1 ? " +\(message.to.count - 1)" : "") }
            ?? ""
        let words = message.text.isEmpty ? message.value?.text ?? "" : message.text
        return canvas.fit(
            canvas.text("✉ ", message.important ? .yellow : .dim)
                + canvas.text("\(message.from.path.last ?? "") → \(to)")
                + canvas.text("  \(message.kind.rawValue): ", .dim)
                + canvas.text(TerminalText.lines(words).joined(separator: " "), .dim))
    }

    private func step(_ step: SteppedIn) -> StyledLine {
        canvas.fit(canvas.text("▸ \(step.sentence)", .dim))
    }

    private func status(_ tree: AgentTree, isOpen: Bool) -> StyledLine {
        let tokens = tree.rows.values.reduce(0) { $0 + $1.tokens }
        let cost = tree.rows.values.reduce(Cost.none) { $0 + $1.cost }
        let money = tree.isReplayed ? "replayed" : Figure.money(cost) ?? "cost unknown"
        let what =
            isOpen
            ? (tree.isWorking ? "at work" : "open, nothing under way")
            : (tree.isWorking ? "ended in the middle: lathe resume \(tree.session)" : "ended")
        let hint = isOpen ? " · \(hint ?? "lathe tell \(tree.session) AGENT TEXT")" : ""
        return canvas.fit(canvas.text("\(what) · \(Figure.tokens(tokens)) tokens · \(money)\(hint)", .dim))
    }
}
