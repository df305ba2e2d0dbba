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
        if room > 1, let line = state.background.line(canvas) {
            subtaskLines.append(canvas.fit(line))
            room -= 1
        }
        let toolLines = tools(state, room: room)
        room -= toolLines.count
        let isAlone = state.subtasks.isEmpty && state.tools.isEmpty
        let work = work(state, limit: max(0, min(room, isAlone ? 12 : 3)))
        return [canvas.fit(heading(state))] + work + subtaskLines + toolLines + [status]
    }

    /// The calls of tools, in at most half of the room that is left.
    private func tools(_ state: LiveState, room: Int) -> [StyledLine] {
        guard !state.tools.isEmpty, room >= 2 else { return [] }
        let rows = max(1, min(6, room / 2 - 1))
        return [canvas.fit(state.tools.heading(canvas))]
            + state.tools.lines(canvas, limit: rows, now: now, spinner: spinner)
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
                (printed(state.output), [])
            } else if state.draftCode.isEmpty {
                (TerminalText.lines(state.draftText), .dim)
            } else {
                (TerminalText.lines(state.draftCode), .cyan)
            }
        return lines.suffix(limit).map { canvas.fit(canvas.text("│ ", .dim) + canvas.text($0, style)) }
    }

    private func printed(_ output: [String]) -> [String] {
        let lines = output.map { $0.hasSuffix("\r") ? String($0.dropLast()) : $0 }
        return lines.last == "" ? lines.dropLast() : lines
    }

    /// Clock, money and tokens, each in the longest form for which there is room.
    private func status(_ state: LiveState, began: Double) -> StyledLine {
        let tally = state.tally
        var brief = tally.usage
        (brief.input, brief.cacheRead, brief.cacheWrite) = (brief.total - brief.output, 0, 0)
        var money: [StyledLine] = []
        if tally.isReplayed {
            money = [canvas.text("replayed")]
        } else if tally.usage.total > 0 {
            money = [canvas.text(Figure.money(tally.cost) ?? "cost unknown")]
        }
        let tokens = tally.usage.total > 0 ? [canvas.tokens(tally.usage), canvas.tokens(brief)] : []
        let facts = [money, tokens, [canvas.text("Ctrl-C stops", .dim)]]
        var line = canvas.text(spinner + " ", .cyan) + canvas.text(Figure.clock(now - began))
        for forms in facts {
            let longer = forms.lazy.map { line + canvas.text(" · ", .dim) + $0 }
            line = longer.first { $0.width <= canvas.width ?? .max } ?? line
        }
        return line
    }

    private var spinner: String {
        let frames =
            canvas.glyphs == .unicode ? ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] : ["|", "/", "-", "\\"]
        return frames[Int(max(0, now) * 8) % frames.count]
    }
}
