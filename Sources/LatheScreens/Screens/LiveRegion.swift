import LatheVocabulary

/// Lays out the part at the bottom of the terminal that is drawn anew: turn, draft or output, subtasks, status.
struct LiveRegion {
    let canvas: Canvas
    /// Lines it may have.
    let height: Int
    let now: Double

    func lines(_ state: LiveState) -> [StyledLine] {
        guard let began = state.began else { return [] }
        let status = status(state, began: began)
        guard height >= 3 else { return [status] }
        var room = height - 2
        var subtaskLines: [StyledLine] = []
        if !state.subtasks.isEmpty {
            let rows = max(1, min(16, room - min(3, room / 3) - 1))
            subtaskLines = [canvas.fit(state.subtasks.heading(canvas))]
            subtaskLines += state.subtasks.lines(canvas, limit: rows, now: now, spinner: spinner)
            room -= subtaskLines.count
        }
        let work = work(state, limit: max(0, min(room, state.subtasks.isEmpty ? 12 : 3)))
        return [canvas.fit(heading(state))] + work + subtaskLines + [status]
    }

    private func heading(_ state: LiveState) -> StyledLine {
        let doing =
            switch state.phase {
            case .idle: state.turn > 0 ? "thinking" : "starting"
            case .waiting: state.retry.isEmpty ? "waiting for the model" : state.retry
            case .writing: state.draftCode.isEmpty ? "writing" : "writing code"
            case .running(let cell): "running cell \(cell)"
            }
        let turn = state.turn > 0 ? canvas.text("turn \(state.turn)", .bold) + canvas.text("  ") : canvas.blank
        let model = state.model.isEmpty ? "" : "  \(state.model)"
        return turn + canvas.text(doing, .cyan) + canvas.text(model, .dim)
    }

    /// The last lines of what is being written or printed.
    private func work(_ state: LiveState, limit: Int) -> [StyledLine] {
        let (lines, style): ([String], Style) =
            if case .running = state.phase {
                (state.output.last == "" ? state.output.dropLast() : state.output, [])
            } else if state.draftCode.isEmpty {
                (TerminalText.lines(state.draftText), .dim)
            } else {
                (TerminalText.lines(state.draftCode), .cyan)
            }
        return lines.suffix(limit).map { canvas.fit(canvas.text("│ ", .dim) + canvas.text($0, style)) }
    }

    /// Clock, tokens and money; what does not fit goes from the end.
    private func status(_ state: LiveState, began: Double) -> StyledLine {
        let tally = state.tally
        var facts = [canvas.text(Figure.clock(now - began)), canvas.tokens(tally.usage)]
        if tally.isReplayed {
            facts.append(canvas.text("replayed"))
        } else if tally.usage.total > 0 {
            facts.append(canvas.text(Figure.money(tally.cost) ?? "cost unknown"))
        }
        facts.append(canvas.text("Ctrl-C stops", .dim))
        var line = canvas.text(spinner + " ", .cyan)
        for (index, fact) in facts.enumerated() {
            let next = line + (index > 0 ? canvas.text(" · ", .dim) : canvas.blank) + fact
            if let width = canvas.width, next.width > width { break }
            line = next
        }
        return line
    }

    private var spinner: String {
        let frames = canvas.glyphs == .unicode ? ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] : ["|", "/", "-", "\\"]
        return frames[Int(max(0, now) * 8) % frames.count]
    }
}
