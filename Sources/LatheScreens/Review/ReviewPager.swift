/// A page that is read a screen at a time: a state that keys change.
package struct ReviewPager: Sendable, Hashable {
    /// Where a part begins, by its line.
    private struct Start: Sendable, Hashable {
        var title: String
        var line: Int
    }

    /// Each at most as wide as the screen.
    package private(set) var lines: [StyledLine] = []
    private var starts: [Start] = []
    /// How many of them fit.
    let rows: Int
    /// The first one that is shown.
    package private(set) var top = 0
    /// How many have been shown, counted from the first.
    private(set) var seen = 0

    package init(_ page: ReviewPage, _ canvas: Canvas, rows: Int) {
        self.rows = max(rows, 1)
        for (index, part) in page.parts.enumerated() {
            if index > 0 { lines.append(canvas.blank) }
            starts.append(Start(title: part.title, line: lines.count))
            lines += canvas.wrap(canvas.text(part.title, [.bold, .underline]), indent: 2)
            lines += part.lines.flatMap { Self.folded($0, canvas) }
        }
        look()
    }

    /// A line of source that is too wide goes on below, with a mark.
    private static func folded(_ line: StyledLine, _ canvas: Canvas) -> [StyledLine] {
        guard let width = canvas.width, line.width > width else { return [line] }
        let mark = canvas.text("  › ", .dim)
        guard width > 2 * mark.width else { return [canvas.fit(line)] }
        var (folded, rest) = ([StyledLine](), line)
        while rest.width > width {
            let (head, tail) = rest.split(at: width)
            folded.append(head)
            rest = mark + tail
        }
        return folded + [rest]
    }

    package var visible: ArraySlice<StyledLine> { lines[top..<min(top + rows, lines.count)] }

    /// Lines that were not shown yet.
    package var unseen: Int { lines.count - seen }

    /// What is at the top, and how far that is.
    package var position: String {
        let title = starts.last { $0.line <= top }?.title ?? ""
        guard lines.count > rows else { return "\(title) · all of it" }
        return "\(title) · lines \(top + 1)–\(min(top + rows, lines.count)) of \(lines.count)"
    }

    /// False for a key that moves nothing here.
    package mutating func take(_ key: Key) -> Bool {
        switch key {
        case .text(" "), .text("f"), .pageDown, .control("f"): move(to: top + max(rows - 1, 1))
        case .text("b"), .pageUp, .control("b"): move(to: top - max(rows - 1, 1))
        case .text("j"), .down, .enter: move(to: top + 1)
        case .text("k"), .up: move(to: top - 1)
        case .text("g"), .home: move(to: 0)
        case .text("G"), .end: move(to: lines.count)
        case .text("n"), .control("i"): move(to: starts.first { $0.line > top }?.line ?? lines.count)
        case .text("N"): move(to: starts.last { $0.line < top }?.line ?? 0)
        default: return false
        }
        return true
    }

    private mutating func move(to line: Int) {
        top = min(max(line, 0), max(lines.count - rows, 0))
        look()
    }

    /// What is jumped over was not seen.
    private mutating func look() {
        if top <= seen { seen = max(seen, min(top + rows, lines.count)) }
    }

    /// The same page on a screen of another size, at about the same place.
    package func resized(_ page: ReviewPage, _ canvas: Canvas, rows: Int) -> ReviewPager {
        var other = ReviewPager(page, canvas, rows: rows)
        guard lines.count > 0 else { return other }
        other.seen = max(other.seen, unseen == 0 ? other.lines.count : seen * other.lines.count / lines.count)
        other.move(to: top * other.lines.count / lines.count)
        return other
    }
}
