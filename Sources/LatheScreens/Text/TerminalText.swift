/// Makes foreign text safe for a terminal: what a model, a kernel, data or a file name says may look strange, never act.
package enum TerminalText {
    /// One line: every control character, line break, direction override and invisible character is shown instead of sent.
    ///
    /// ESC becomes `␛` (`\e` in ASCII), other controls their picture, the rest `\u{…}`. A tab becomes four spaces. In ASCII
    /// the project's own symbols get their ASCII form and every other character its `\u{…}`.
    package static func safe(_ text: String, glyphs: Glyphs = .unicode) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        var out = ""
        for scalar in text.unicodeScalars { append(scalar, to: &out, glyphs) }
        return out
    }

    /// The lines of a text, each safe. CR LF counts as one line break; a final line break begins no line.
    package static func safeLines(_ text: String, glyphs: Glyphs = .unicode) -> [String] {
        lines(text).map { safe($0, glyphs: glyphs) }
    }

    /// Several lines for a pipe or a file: line breaks and tabs stay, everything else that could act is shown.
    package static func safeBlock(_ text: String) -> String {
        lines(text, keepsLast: true).map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map { safe(String($0)) }.joined(
                separator: "\t")
        }.joined(separator: "\n")
    }

    /// A text of several lines in one, with a space for each break; not yet safe.
    static func joined(_ text: String) -> String {
        lines(text).map { $0.trimming(where: \.isWhitespace) }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    static func lines(_ text: String, keepsLast: Bool = false) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard scalar == "\n" else {
                line.append(scalar)
                continue
            }
            if line.last == "\r" { line.removeLast() }
            lines.append(String(line))
            line = String.UnicodeScalarView()
        }
        if keepsLast || !line.isEmpty { lines.append(String(line)) }
        return lines
    }

    private static func append(_ scalar: Unicode.Scalar, to out: inout String, _ glyphs: Glyphs) {
        switch scalar.value {
        case 0x09: out += "    "
        case 0x00...0x1F: out += control(scalar, glyphs)
        case 0x7F: out += glyphs.pick("␡", "\\x7f")
        case 0x20..<0x7F: out.unicodeScalars.append(scalar)
        case _ where isTreacherous(scalar): out += escaped(scalar)
        case _ where glyphs == .unicode: out.unicodeScalars.append(scalar)
        default: out += asciiForms[scalar] ?? escaped(scalar)
        }
    }

    private static func control(_ scalar: Unicode.Scalar, _ glyphs: Glyphs) -> String {
        if glyphs == .unicode, let picture = Unicode.Scalar(0x2400 + scalar.value) { return String(picture) }
        return switch scalar {
        case "\u{1B}": "\\e"
        case "\n": "\\n"
        case "\r": "\\r"
        default: "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String { "\\u{\(String(scalar.value, radix: 16))}" }

    /// C1 controls, direction marks and overrides, line separators, and characters that nobody can see.
    static func isTreacherous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x80...0x9F, 0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
        case 0x115F, 0x1160, 0x3164, 0xFFA0: true
        case 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
        default: scalar.properties.isNoncharacterCodePoint
        }
    }

    /// ASCII forms of the project's own symbols and of common punctuation.
    private static let asciiForms: [Unicode.Scalar: String] = [
        "·": "-", "…": "...", "–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "“": "\"", "”": "\"", "•": "*",
        "✓": "+", "✗": "x", "▸": ">", "›": ">", "→": "->", "│": "|", "─": "-", "┼": "+", "├": "|", "└": "`", "∕": "/",
        "\u{A0}": " ", "×": "x", "⚠": "!", "█": "#", "░": ".", "○": ".", "∅": "0",
    ]
}
