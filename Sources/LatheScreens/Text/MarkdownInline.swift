/// The marks inside a line of Markdown.
struct MarkdownInline {
    let canvas: Canvas

    private static let marks: [(open: String, style: Style)] = [
        ("**", .bold), ("__", .bold), ("`", .cyan), ("*", .underline), ("_", .underline),
    ]

    func line(_ text: String, style: Style = []) -> StyledLine {
        var (out, plain) = (StyledLine(), "")
        var rest = text[...]
        while let first = rest.first {
            if first == "\\", let next = rest.dropFirst().first, next.isASCII, next.isPunctuation || next.isSymbol {
                plain.append(next)
                rest = rest.dropFirst(2)
            } else if let (line, after) = marked(rest, before: plain.last, style) ?? link(rest, style) {
                out += canvas.text(plain, style) + line
                plain = ""
                rest = after
            } else {
                plain.append(first)
                rest.removeFirst()
            }
        }
        return out + canvas.text(plain, style)
    }

    private func marked(
        _ text: Substring, before: Character?, _ style: Style
    ) -> (StyledLine, Substring)? {
        for (mark, added) in Self.marks where text.hasPrefix(mark) {
            let inner = text.dropFirst(mark.count)
            guard let end = inner.firstRange(of: mark), end.lowerBound > inner.startIndex else { continue }
            let content = inner[..<end.lowerBound]
            let after = inner[end.upperBound...]
            if mark == "`" { return (canvas.text(String(content), style.union(added)), after) }
            let hugs = content.first != " " && content.last != " "
            // An underscore inside a word, as in snake_case, and a lone asterisk between numbers are no marks.
            let isInside = isWord(before) || (mark.hasPrefix("_") && isWord(after.first))
            guard hugs, !isInside else { continue }
            return (line(String(content), style: style.union(added)), after)
        }
        return nil
    }

    /// `[text](address)` becomes `text (address)`: nothing hides behind a word.
    private func link(_ text: Substring, _ style: Style) -> (StyledLine, Substring)? {
        guard text.first == "[", let middle = text.firstRange(of: "]("),
            let end = text[middle.upperBound...].firstIndex(of: ")")
        else { return nil }
        let label = text[text.index(after: text.startIndex)..<middle.lowerBound]
        let address = String(text[middle.upperBound..<end])
        guard !label.contains("[") else { return nil }
        let shown = line(String(label), style: style) + canvas.text(" (\(address))", style.union(.dim))
        return (shown, text[text.index(after: end)...])
    }

    private func isWord(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber } ?? false
    }
}
