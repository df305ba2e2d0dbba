/// Lays out the Markdown of an answer: headings, lists, tables, code and quotes; anything else is a paragraph.
struct Markdown {
    let canvas: Canvas

    func lines(_ source: String) -> [StyledLine] {
        var out: [StyledLine] = []
        var rest = TerminalText.lines(source)[...]
        while let line = rest.first {
            let trimmed = line.drop { $0 == " " }
            if trimmed.hasPrefix("```") || trimmed.hasPrefix("~~~") {
                out += code(&rest)
            } else if isTable(rest) {
                out += table(&rest)
            } else {
                rest.removeFirst()
                out += block(String(trimmed), indent: line.count - trimmed.count, following: &rest)
            }
        }
        while out.last?.width == 0 { out.removeLast() }
        return out
    }

    private func block(_ line: String, indent: Int, following rest: inout ArraySlice<String>) -> [StyledLine] {
        if line.isEmpty { return [canvas.blank] }
        if let heading = heading(line) { return canvas.wrap(heading) }
        if line.count >= 3, line.allSatisfy({ "-*_".contains($0) }), Set(line).count == 1 {
            return [canvas.text(String(repeating: "─", count: min(canvas.width ?? 40, 40)), .dim)]
        }
        if let (marker, text) = listItem(line) {
            let indent = min(indent, 12)
            let lead = canvas.pad(indent) + canvas.text(marker + " ")
            return canvas.wrap(lead + inline(text + continuation(&rest)), indent: lead.width)
        }
        if line.hasPrefix(">") {
            return canvas.wrap(canvas.text("│ ", .dim) + inline(String(line.dropFirst().drop { $0 == " " })), indent: 2)
        }
        return canvas.wrap(inline(line + continuation(&rest)))
    }

    /// The lines that go on with a paragraph, joined as Markdown does; two spaces at a line's end break it.
    private func continuation(_ rest: inout ArraySlice<String>) -> String {
        var text = ""
        while let next = rest.first, !isTable(rest) {
            let trimmed = String(next.drop { $0 == " " })
            let begins =
                trimmed.isEmpty || trimmed.hasPrefix("```") || trimmed.hasPrefix("~~~") || trimmed.hasPrefix(">")
            if begins || heading(trimmed) != nil || listItem(trimmed) != nil { break }
            text += " " + trimmed
            rest.removeFirst()
        }
        return text
    }

    private func heading(_ line: String) -> StyledLine? {
        let level = line.prefix { $0 == "#" }.count
        guard (1...6).contains(level), line.dropFirst(level).hasPrefix(" ") else { return nil }
        let text = inline(line.dropFirst(level).trimming { $0 == " " || $0 == "#" })
        return text.with(level == 1 ? [.bold, .underline] : .bold)
    }

    private func listItem(_ line: String) -> (marker: String, text: String)? {
        if let first = line.first, "-*+".contains(first), line.dropFirst().hasPrefix(" ") {
            return ("•", String(line.dropFirst(2)))
        }
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        guard (1...4).contains(digits.count) else { return nil }
        let tail = line.dropFirst(digits.count)
        guard tail.hasPrefix(". ") || tail.hasPrefix(") ") else { return nil }
        return (digits + ".", String(tail.dropFirst(2)))
    }

    private func code(_ rest: inout ArraySlice<String>) -> [StyledLine] {
        let fence = rest.removeFirst().drop { $0 == " " }.prefix(3)
        var lines: [StyledLine] = []
        while let line = rest.popFirst() {
            if line.drop(while: { $0 == " " }).hasPrefix(fence) { break }
            lines.append(canvas.text("  │ ", .dim) + canvas.text(line, .cyan))
        }
        return lines
    }

    /// Bold, emphasis, code and links; markers that are not closed stay as they are.
    func inline(_ text: some StringProtocol) -> StyledLine {
        MarkdownInline(canvas: canvas).line(String(text))
    }
}

extension Markdown {
    private func isTable(_ lines: ArraySlice<String>) -> Bool {
        guard let head = lines.first, head.contains("|"), let rule = lines.dropFirst().first else { return false }
        return rule.contains("-") && rule.contains("|") && rule.allSatisfy { "|-: ".contains($0) }
    }

    private func table(_ rest: inout ArraySlice<String>) -> [StyledLine] {
        let head = cells(rest.removeFirst())
        let alignment: [Alignment] = cells(rest.removeFirst()).map { mark in
            switch (mark.hasPrefix(":"), mark.hasSuffix(":")) {
            case (true, true): .center
            case (false, true): .right
            default: .left
            }
        }
        var rows = [head.map { inline($0).with(.bold) }]
        while let line = rest.first, line.contains("|") {
            rows.append(cells(line).map { inline($0) })
            rest.removeFirst()
        }
        if let width = canvas.width, canvas.tableWidth(rows) > width { return stacked(rows) }
        var lines = canvas.table(rows, alignment: alignment)
        let width = lines.map(\.width).max() ?? 0
        lines.insert(canvas.text(String(repeating: "─", count: width), .dim), at: 1)
        return lines
    }

    /// A table that is too wide, one row after the other with the heads as labels, so that nothing of the answer is cut.
    private func stacked(_ rows: [[StyledLine]]) -> [StyledLine] {
        let heads = rows.first ?? []
        return rows.dropFirst().flatMap { row in
            row.enumerated().flatMap { column, cell in
                let head = column < heads.count ? heads[column] + canvas.text(": ") : canvas.blank
                return canvas.wrap((column == 0 ? canvas.blank : canvas.pad(2)) + head + cell, indent: 4)
            }
        }
    }

    /// The cells of a row; `\|` is a bar inside one.
    private func cells(_ row: String) -> [String] {
        var (cells, cell, isEscaped) = ([String](), "", false)
        for character in row.trimming(where: { $0 == " " }) {
            if character == "|", !isEscaped {
                cells.append(cell)
                cell = ""
            } else {
                if character == "|" { cell.removeLast() }
                cell.append(character)
            }
            isEscaped = character == "\\"
        }
        cells.append(cell)
        if cells.first?.allSatisfy({ $0 == " " }) == true { cells.removeFirst() }
        if cells.count > 1, cells.last?.allSatisfy({ $0 == " " }) == true { cells.removeLast() }
        return cells.map { $0.trimming { $0 == " " } }
    }
}

extension StringProtocol {
    /// Without the characters at both ends that fit.
    func trimming(where fits: (Character) -> Bool) -> String {
        var rest = self[...]
        while let first = rest.first, fits(first) { rest.removeFirst() }
        while let last = rest.last, fits(last) { rest.removeLast() }
        return String(rest)
    }
}
