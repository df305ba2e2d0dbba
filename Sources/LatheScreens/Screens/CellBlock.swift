import LatheVocabulary

/// A cell as lines that stay: bounded, and saying what was left out and where the whole is.
struct CellBlock {
    let canvas: Canvas
    var codeLines = 12
    var outputLines = 10
    var indent = 2

    /// The code with a bar before each line.
    func code(_ code: String) -> [StyledLine] {
        let lines = TerminalText.lines(code)
        let isCut = lines.count > codeLines
        var shown = lines.prefix(isCut ? codeLines - 1 : codeLines).map { bar + canvas.text($0, .cyan) }
        if isCut {
            shown.append(bar + canvas.text("… \(Figure.count(lines.count - codeLines + 1, "more line"))", .dim))
        }
        return shown.map { canvas.fit($0) }
    }

    /// Output, value, error and artifacts of a cell that ended.
    func result(_ cell: CellResult) -> [StyledLine] {
        var lines = captured(cell.stdout)
        lines += captured(cell.stderr, .yellow)
        if let value = cell.value { lines += captured(value.text) }
        if let failure = cell.failure { lines += self.failure(failure) }
        lines += cell.artifacts.map { artifact in
            canvas.text("  artifact ", .dim) + canvas.text(artifact.name, .bold)
                + canvas.text("  \(artifact.mime), \(Figure.bytes(artifact.bytes))", .dim)
        }
        return (lines + [status(cell)]).map { canvas.fit($0) }
    }

    private func status(_ cell: CellResult) -> StyledLine {
        let (mark, style): (String, Style) =
            switch cell.status {
            case .ok: ("✓", .green)
            case .error: ("✗", .red)
            case .interrupted: ("⚠", .yellow)
            case .died: ("✗", .red)
            }
        let word = cell.status == .died ? "its kernel died" : cell.status.rawValue
        return canvas.text("  \(mark) ", style)
            + canvas.text("cell \(cell.number) \(word), \(Figure.duration(cell.seconds))", .dim)
    }

    func failure(_ failure: CellResult.Failure) -> [StyledLine] {
        let lines = TerminalText.lines(failure.message.isEmpty ? failure.type : "\(failure.type): \(failure.message)")
        var shown = lines.prefix(3).map { canvas.text(lead + $0, .red) }
        if lines.count > 3 {
            shown.append(canvas.text(lead + "… \(Figure.count(lines.count - 3, "more line")), in the journal", .dim))
        }
        return shown
    }

    /// The first and last lines of a stream.
    func captured(_ text: CapturedText, _ style: Style = []) -> [StyledLine] {
        let head = TerminalText.lines(text.head)
        let tail = TerminalText.lines(text.tail)
        guard text.bytes > 0, !(head.isEmpty && tail.isEmpty) else { return [] }
        let half = outputLines / 2
        let isWhole = tail.isEmpty && text.file == nil && text.lost == 0
        if isWhole, head.count <= outputLines { return head.map { canvas.text(lead + $0, style) } }
        let last = tail.isEmpty ? head.suffix(half) : tail.suffix(half)
        let gap: String
        if isWhole {
            gap = "… \(Figure.count(head.count - 2 * half, "more line")), whole in the journal"
        } else {
            gap =
                "… of \(Figure.bytes(text.bytes)), whole in \(text.file ?? "the journal")"
                + (text.lost > 0 ? " but \(Figure.bytes(text.lost))" : "")
        }
        return (head.prefix(half)).map { canvas.text(lead + $0, style) }
            + [canvas.text(lead + gap, .dim)] + last.map { canvas.text(lead + $0, style) }
    }

    private var lead: String { String(repeating: " ", count: indent) }
    private var bar: StyledLine { canvas.text("  │ ", .dim) }
}
