/// A question as it is drawn on a terminal: what it is about, a screen of it, where that is, and the keys.
struct ReviewFrame: Sendable, Hashable {
    /// Rows that are not the page's own.
    static let frameRows = 4

    static let help: [(String, String)] = [
        ("a", "approve just what is shown here: every session may use it"),
        (
            "e",
            "edit source and tests in $VISUAL or $EDITOR; what you make of it is examined before it takes the old one's place"
        ),
        ("c", "ask for changes: your note is told to the next session that wants it"),
        ("r", "reject: it goes, your reason and the source stay in the library's journal"),
        ("s", "skip: it waits on"), ("p", "back to the one before that is not decided"),
        ("d", "drop your edit that was not admitted"), ("q, Ctrl-C", "end; what was decided stays"),
        ("space, b", "a screen on, a screen back"), ("j, k, arrows", "a line on, a line back"),
        ("n, N", "the next part, the part before: origin, admission, source, tests"),
        ("g, G", "the beginning, the end"),
    ]

    /// Exactly as many lines as the terminal has rows.
    static func lines(
        _ question: ReviewQuestion, _ pager: ReviewPager, notice: String?, foot: StyledLine?, _ canvas: Canvas
    ) -> [StyledLine] {
        let body = Array(pager.visible)
        let filled = body + Array(repeating: canvas.blank, count: max(0, pager.rows - body.count))
        let place = notice.map { canvas.text($0, .yellow) } ?? canvas.text(pager.position, .dim)
        return [canvas.fit(canvas.text(question.title, .bold))] + filled
            + [canvas.fit(canvas.text("· ", .dim) + place), moving(pager, canvas), foot ?? keys(question, canvas)]
    }

    private static func moving(_ pager: ReviewPager, _ canvas: Canvas) -> StyledLine {
        guard pager.lines.count > pager.rows else { return canvas.blank }
        return canvas.fit(canvas.text("  space on · b back up · n next part · g beginning · G end", .dim))
    }

    /// The question itself, with a key for each answer.
    private static func keys(_ question: ReviewQuestion, _ canvas: Canvas) -> StyledLine {
        var answers = [("a", "approve"), ("e", "edit")]
        if question.draft != nil { answers.append(("d", "drop")) }
        if question.item.capability.shelf == .proposed { answers += [("c", "changes"), ("r", "reject")] }
        answers += [("s", "skip"), ("p", "back"), ("q", "quit"), ("?", "help")]
        let long = answers.map { canvas.text($0.0, [.bold, .cyan]) + canvas.text(" " + $0.1) }
        let line = long.dropFirst().reduce(long[0]) { $0 + canvas.text("  ") + $1 }
        guard let width = canvas.width, line.width > width else { return line }
        return canvas.fit(canvas.text(answers.map(\.0).joined(separator: " ") + "  (? says more)", .bold))
    }

    /// The keys and what they do, as a page.
    static func helpPage(_ canvas: Canvas) -> ReviewPage {
        let widest = help.map { $0.0.count }.max() ?? 0
        let lines = help.flatMap { key, what in
            canvas.wrap(
                canvas.padded(canvas.text(key, [.bold, .cyan]), to: widest + 2) + canvas.text(what), indent: widest + 2)
        }
        return ReviewPage(parts: [.init(title: "keys", lines: lines)])
    }
}
