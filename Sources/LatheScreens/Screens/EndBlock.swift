import LatheVocabulary

/// The last lines of a task: the answer, what it made, what it cost, what failed, and how it ended.
struct EndBlock {
    /// How the answer is shown: laid out on a terminal, as it is through a pipe.
    enum Answer: Sendable, Hashable { case rendered, raw }

    let canvas: Canvas
    let answer: Answer

    static func word(_ status: OutcomeStatus) -> String {
        switch status {
        case .complete: "complete"
        case .incomplete: "incomplete"
        case .failed: "failed"
        case .cancelled: "interrupted"
        case .notRun: "not run"
        case .outOfBudget: "out of budget"
        case .refused: "refused"
        case .running: "still running"
        }
    }

    func lines(_ outcome: TaskOutcome, tally: RunTally) -> [StyledLine] {
        var lines: [StyledLine] = []
        lines += answer(outcome)
        lines += made(outcome)
        lines += failures(outcome)
        lines += (outcome.demoted ?? []).flatMap { entry("demoted", canvas.text($0.sentence), style: .yellow) }
        lines += completed(outcome)
        lines += entry("tokens", canvas.tokens(outcome.usage))
        lines += entry(
            "cost", canvas.cost(outcome.cost, unpriced: tally.unpriced, isReplayed: outcome.isReplayed))
        if let onMain = outcome.onMain { lines += entry("reckoned", canvas.text(onMain.sentence)) }
        if tally.isUnconfined {
            lines += entry("sandbox", canvas.text("none: code ran with your rights (--sandbox none)", .yellow))
        }
        lines += ending(outcome, session: tally.session)
        return lines
    }

    /// The answer; one that is not whole, and words that are none, under a line that says so.
    private func answer(_ outcome: TaskOutcome) -> [StyledLine] {
        if !outcome.answer.isEmpty {
            let label =
                outcome.status == .complete
                ? [] : entry("partial", canvas.text("this answer is not the whole one:"), style: .yellow)
            return label + lines(answer: outcome.answer)
        }
        guard let words = outcome.partial else { return [] }
        return entry("partial", canvas.text("no answer; the model's last words, which nobody checked:"), style: .yellow)
            + lines(answer: words)
    }

    private func completed(_ outcome: TaskOutcome) -> [StyledLine] {
        guard let labels = outcome.completedSubtasks, !labels.isEmpty else { return [] }
        let shown = labels.prefix(20).joined(separator: ", ") + (labels.count > 20 ? ", …" : "")
        let count = "\(labels.count) of \(Figure.count(outcome.subtasks, "subtask")) completed: \(shown)"
        return entry("kept", canvas.text(count))
    }

    /// An answer between blank lines.
    func lines(answer markdown: String) -> [StyledLine] {
        let lines: [StyledLine] =
            switch answer {
            case .rendered: Markdown(canvas: canvas).lines(markdown)
            case .raw: TerminalText.lines(markdown).map { canvas.text($0) }
            }
        return [canvas.blank] + lines + [canvas.blank]
    }

    private func made(_ outcome: TaskOutcome) -> [StyledLine] {
        let artifacts = outcome.artifacts.flatMap { artifact in
            let title = artifact.title.isEmpty || artifact.title == artifact.name ? "" : "  \(artifact.title)"
            return entry("artifact", canvas.text(HostPath.short(artifact.path)) + canvas.text(title, .dim), .whole)
        }
        return artifacts
            + outcome.saved.flatMap { saved in
                let capability = saved.capability
                return entry(
                    saved.replaced ? "replaced" : "saved",
                    canvas.text(capability.kind.rawValue + " ") + canvas.text(capability.name, .bold)
                        + canvas.text(" (\(capability.status.rawValue))  generated-capabilities/\(capability.path)"),
                    .whole)
            }
    }

    private func failures(_ outcome: TaskOutcome) -> [StyledLine] {
        let shown = outcome.failedSubtasks.prefix(10)
        var lines = shown.flatMap { subtask in
            let why = subtask.reason.isEmpty ? "no reason was given" : subtask.reason
            return entry(
                Self.word(subtask.status),
                canvas.text("subtask ") + canvas.text(subtask.label, .bold) + canvas.text(": \(why)"),
                style: .red)
        }
        let left = outcome.failedSubtasks.count - shown.count
        if left > 0 { lines += entry("", canvas.text("… \(left) more, in the journal", .dim)) }
        return lines
    }

    private func ending(_ outcome: TaskOutcome, session: String) -> [StyledLine] {
        var facts = [Figure.count(outcome.turns, "turn")]
        if outcome.subtasks > 0 { facts.append(Figure.count(outcome.subtasks, "subtask")) }
        facts.append(Figure.duration(outcome.seconds))
        if outcome.isReplayed { facts.append("replies replayed") }
        let style: Style = outcome.status == .complete ? [.bold, .green] : [.bold, .red]
        var lines = entry(Self.word(outcome.status), canvas.text(facts.joined(separator: " · ")), style: style)
        if !outcome.reason.isEmpty { lines += entry("", canvas.text(outcome.reason)) }
        if outcome.status != .complete, !session.isEmpty {
            let command = outcome.goesOnBy ?? "lathe ask \"go on\" --session \(session)"
            lines += entry("go on", canvas.text(command), .whole)
        }
        return lines
    }

    private enum Break: Sendable { case wrapped, whole }

    /// A label and what belongs to it. Paths and commands stay in one piece, so that they can be copied.
    private func entry(
        _ label: String, _ content: StyledLine, _ wrapping: Break = .wrapped, style: Style = .dim
    ) -> [StyledLine] {
        let line = canvas.padded(canvas.text(label, style), to: max(12, label.count + 1)) + content
        return wrapping == .whole ? [line] : canvas.wrap(line, indent: 12)
    }
}
