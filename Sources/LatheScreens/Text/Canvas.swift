/// What is drawn on: how wide it is, which characters it takes, and whether it knows colour.
package struct Canvas: Sendable, Hashable {
    package enum Color: Sendable, Hashable { case ansi, none }

    /// nil for a pipe, where nothing is cut or wrapped.
    package var width: Int?
    package var glyphs: Glyphs
    package var color: Color

    package init(width: Int?, glyphs: Glyphs = .unicode, color: Color = .none) {
        self.width = width
        self.glyphs = glyphs
        self.color = color
    }

    /// The only door for text: makes it safe, on one line.
    func text(_ text: String, _ style: Style = []) -> StyledLine {
        text.isEmpty
            ? StyledLine() : StyledLine(pieces: [.init(text: TerminalText.safe(text, glyphs: glyphs), style: style)])
    }

    var blank: StyledLine { StyledLine() }

    package func render(_ line: StyledLine) -> String { color == .ansi ? line.styled : line.plain }

    /// The lines with a line break after each.
    package func render(_ lines: [StyledLine]) -> String { lines.map { render($0) + "\n" }.joined() }

    /// Texts that others may have written, a line each, broken where they are wider.
    package func told(_ texts: [String]) -> String {
        render(texts.flatMap { wrap(text($0), indent: 2) })
    }

    /// The line cut to `columns` (the canvas's own width by default), with an ellipsis where something is missing.
    func fit(_ line: StyledLine, to columns: Int? = nil) -> StyledLine {
        guard let columns = columns ?? width, line.width > columns else { return line }
        let mark = text("…")
        guard columns > mark.width else { return line.split(at: max(columns, 0)).0 }
        let head = line.split(at: columns - mark.width).0
        return head + mark.with(head.pieces.last?.style ?? [])
    }

    /// The line broken at spaces; a word longer than a line is broken inside. Continuations begin with `indent` spaces.
    func wrap(_ line: StyledLine, indent: Int = 0) -> [StyledLine] {
        guard let width, line.width > width else { return [line] }
        let indent = min(indent, max(0, width / 2))
        var (lines, rest) = ([StyledLine](), line)
        while rest.width > width {
            let (head, tail) = broken(rest, at: width, keeping: lines.isEmpty ? 0 : indent)
            lines.append(head)
            rest = pad(indent) + tail
        }
        return lines + [rest]
    }

    /// Breaks at the last space that fits, unless that leaves nothing but the first `keeping` columns.
    private func broken(_ line: StyledLine, at width: Int, keeping: Int) -> (StyledLine, StyledLine) {
        let hard = line.split(at: width)
        if hard.1.plain.first == " " { return (hard.0, dropLeadingSpaces(hard.1)) }
        let plain = Array(hard.0.plain)
        guard let space = plain.lastIndex(of: " "), plain[..<space].contains(where: { $0 != " " }) else { return hard }
        let columns = DisplayWidth.of(String(plain[..<space]))
        guard columns > keeping else { return hard }
        let soft = line.split(at: columns)
        return (soft.0, dropLeadingSpaces(soft.1))
    }

    private func dropLeadingSpaces(_ line: StyledLine) -> StyledLine {
        var line = line
        while let first = line.pieces.first {
            line.pieces[0].text = String(first.text.drop { $0 == " " })
            guard line.pieces[0].text.isEmpty else { break }
            line.pieces.removeFirst()
        }
        return line
    }

    func pad(_ columns: Int) -> StyledLine { text(String(repeating: " ", count: max(0, columns))) }

    /// The line followed by spaces up to `columns`.
    func padded(_ line: StyledLine, to columns: Int) -> StyledLine { line + pad(columns - line.width) }
}
