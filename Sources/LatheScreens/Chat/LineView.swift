/// The part of a line that is shown while it is edited: one row of the terminal, moved sideways so that the cursor is in it.
struct LineView: Sendable, Hashable {
    /// The prompt and what is visible of the line.
    var row: String
    /// Columns left of the cursor.
    var cursor: Int

    /// `columns` are those of the terminal; the last one stays free, where the cursor of a full row would stand.
    init(prompt: String, before: String, after: String, columns: Int) {
        let prompt = DisplayWidth.of(prompt) + 8 > columns ? "" : prompt
        let room = max(columns - DisplayWidth.of(prompt) - 1, 1)
        let left = Self.shown(before)
        let right = Self.shown(after)
        var visible = left[...]
        var width = left.reduce(0) { $0 + $1.width }
        if width > room {
            // By half a row at a time, so that it does not move with every key.
            let step = max(room / 2, 1)
            let end = width - (width - room + step - 1) / step * step
            while width > end, let first = visible.popFirst() { width -= first.width }
        }
        cursor = DisplayWidth.of(prompt) + width
        var text = visible.map(\.text).joined()
        for character in right where width + character.width <= room {
            text += character.text
            width += character.width
        }
        row = prompt + text
    }

    /// Characters as they are shown: none of them acts on the terminal.
    private static func shown(_ text: String) -> [(text: String, width: Int)] {
        text.map { character in
            let safe = TerminalText.safe(String(character))
            return (safe, DisplayWidth.of(safe))
        }
    }
}
