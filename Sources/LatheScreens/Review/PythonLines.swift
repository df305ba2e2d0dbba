/// Python source for reading: numbers of lines, and colours for comments, strings and keywords.
///
/// The colours are a help, found line by line without parsing: where a text fools them, it is shown all the same.
enum PythonLines {
    private static let keywords: Set = [
        "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
        "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass",
        "raise", "return", "try", "while", "with", "yield", "None", "True", "False",
    ]

    static func lines(_ source: String, _ canvas: Canvas) -> [StyledLine] {
        let lines = TerminalText.lines(source)
        let digits = String(lines.count).count
        // The delimiter of a string over several lines that has begun.
        var open: String?
        return lines.enumerated().map { index, line in
            let number = String(index + 1)
            let gutter = String(repeating: " ", count: digits - number.count) + number + "  "
            return canvas.text(gutter, .dim) + pieces(line, &open).reduce(StyledLine()) { $0 + canvas.text($1.0, $1.1) }
        }
    }

    /// The line in pieces of one style each.
    private static func pieces(_ line: String, _ open: inout String?) -> [(String, Style)] {
        var rest = line[...]
        var pieces: [(String, Style)] = []
        while let first = rest.first {
            if let delimiter = open {
                let (text, isClosed) = string(&rest, upTo: delimiter)
                pieces.append((text, .green))
                if isClosed || delimiter.count == 1 { open = nil }
            } else if first == "#" {
                pieces.append((String(rest), .dim))
                rest = ""
            } else if first == "\"" || first == "'" {
                let triple = String(repeating: first, count: 3)
                let delimiter = rest.hasPrefix(triple) ? triple : String(first)
                pieces.append((delimiter, .green))
                rest.removeFirst(delimiter.count)
                open = delimiter
            } else {
                pieces.append(word(&rest))
            }
        }
        // A string with one quote ends with its line, but for a line that is joined to the next.
        if open?.count == 1, !line.hasSuffix("\\") { open = nil }
        return pieces
    }

    private static func string(_ rest: inout Substring, upTo delimiter: String) -> (String, Bool) {
        var text = ""
        while let character = rest.first {
            if rest.hasPrefix(delimiter) {
                rest.removeFirst(delimiter.count)
                return (text + delimiter, true)
            }
            rest.removeFirst()
            text.append(character)
            if character == "\\", let escaped = rest.popFirst() { text.append(escaped) }
        }
        return (text, false)
    }

    /// A word, or what stands before the next one.
    private static func word(_ rest: inout Substring) -> (String, Style) {
        let isName = rest.first.map(Self.isName) ?? false
        let text = rest.prefix { Self.isName($0) == isName && (isName || !"#\"'".contains($0)) }
        rest.removeFirst(text.count)
        return (String(text), isName && keywords.contains(String(text)) ? .cyan : [])
    }

    private static func isName(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
