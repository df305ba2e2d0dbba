/// Draws a region at the bottom of a terminal anew, and lets lines go up above it. Returns what to write; writes nothing.
///
/// No mode of the terminal stays changed between two paints, so a program that is killed leaves nothing to repair.
struct RegionPainter: Sendable {
    /// The widths of the lines that stand there now; the cursor is at the end of the last.
    private var painted: [Int] = []

    /// One text for one write: `permanent` lines stay above, `region` replaces the last one.
    ///
    /// Each line of the region must be narrower than the terminal. `columns` is the width now: where it became smaller, the
    /// terminal has broken the old lines, which is reckoned with.
    mutating func paint(permanent: [StyledLine], region: [StyledLine], canvas: Canvas, columns: Int) -> String {
        var out = "\u{1B}[?2026h\r"
        let rows = painted.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
        if rows > 1 { out += "\u{1B}[\(rows - 1)A" }
        // A line that stays is as long as it likes, so what lies below is erased first.
        if !permanent.isEmpty { out += "\u{1B}[J" }
        for line in permanent { out += canvas.render(line) + "\r\n" }
        out += region.map { canvas.render($0) + "\u{1B}[K" }.joined(separator: "\r\n")
        out += "\u{1B}[J\u{1B}[?2026l"
        painted = region.map(\.width)
        return out
    }

    /// Whether nothing stands there.
    var isClear: Bool { painted.isEmpty }
}
