internal import LatheVocabulary

/// A question on a terminal: what is shown of it, and what is being entered; a state that keys change.
package struct ReviewView: Sendable, Hashable {
    /// A text that is being entered for an answer.
    private struct Entry: Sendable, Hashable {
        enum Purpose: Sendable, Hashable { case changes, reason }

        var purpose: Purpose
        var editor = LineEditor()

        var prompt: String { purpose == .changes ? "what to change: " : "reject, because: " }
    }

    private let question: ReviewQuestion
    private let environment: [String: String]
    package private(set) var size: TerminalSize
    private var pager: ReviewPager
    /// The keys, where they are shown instead.
    private var help: ReviewPager?
    private var entry: Entry?
    /// Replaces where the page is, until the next key.
    private var notice: String?
    /// Whether approving what was not read to its end was asked back.
    private var isWarned = false

    package init(_ question: ReviewQuestion, size: TerminalSize, environment: [String: String]) {
        (self.question, self.size, self.environment) = (question, size, environment)
        let canvas = Canvas(size: size, environment: environment)
        pager = ReviewPager(Self.page(question, canvas), canvas, rows: size.rows - ReviewFrame.frameRows)
        notice = question.notice.flatMap { $0.contains("\n") ? nil : $0 }
    }

    /// What came of the last answer stands above the rest where it is longer than a line.
    private static func page(_ question: ReviewQuestion, _ canvas: Canvas) -> ReviewPage {
        var page = ReviewPage(question.item, .source, canvas)
        if let notice = question.notice, notice.contains("\n") {
            let lines = TerminalText.lines(notice).flatMap { canvas.wrap(canvas.text($0, .yellow), indent: 2) }
            page.parts.insert(.init(title: "not done", lines: lines), at: 0)
        }
        if let draft = question.draft {
            let text = "your edit is kept in \(draft): e edits on, d drops it"
            page.parts[0].lines += canvas.wrap(canvas.text(text, .yellow), indent: 2)
        }
        return page
    }

    // MARK: Keys

    /// The answer that a key gives; nil where it only changes what is shown.
    package mutating func take(_ key: Key) -> ReviewAnswer? {
        if key == .control("c") { return .interrupted }
        if entry != nil { return enter(key) }
        notice = nil
        if help != nil { return read(key) }
        if pager.take(key) { return nil }
        return answer(key)
    }

    private mutating func answer(_ key: Key) -> ReviewAnswer? {
        let isProposal = question.item.capability.shelf == .proposed
        switch key {
        case .text("a"): return approve()
        case .text("e"): return .edit
        case .text("d") where question.draft != nil: return .drop
        case .text("c") where isProposal: entry = Entry(purpose: .changes)
        case .text("r") where isProposal: entry = Entry(purpose: .reason)
        case .text("c"), .text("r"):
            notice = "it is no proposal: restore its file, or lathe library deprecate \(question.item.capability.name)"
        case .text("s"): return .skip
        case .text("p"): return .back
        case .text("q"), .control("d"): return .quit
        case .text("?"), .text("h"): showHelp()
        case .text(let scalar): notice = "no answer is '\(scalar)'; ? shows the keys"
        default: break
        }
        return nil
    }

    private mutating func approve() -> ReviewAnswer? {
        guard pager.unseen > 0, !isWarned else { return .approve }
        isWarned = true
        notice = "\(Figure.count(pager.unseen, "line")) you have not seen; a again approves all the same"
        return nil
    }

    private mutating func showHelp() {
        let canvas = Canvas(size: size, environment: environment)
        help = ReviewPager(ReviewFrame.helpPage(canvas), canvas, rows: size.rows - ReviewFrame.frameRows)
    }

    /// The keys are read as a page; any key that moves nothing ends that.
    private mutating func read(_ key: Key) -> ReviewAnswer? {
        if help?.take(key) != true { help = nil }
        return nil
    }

    private mutating func enter(_ key: Key) -> ReviewAnswer? {
        guard var now = entry else { return nil }
        if key == .escape, now.editor.search == nil { return cancel() }
        switch now.editor.take(key) {
        case .editing: entry = now
        case .ended: return cancel()
        case .entered(let text):
            entry = nil
            guard !text.allSatisfy(\.isWhitespace) else { return cancel() }
            return now.purpose == .changes ? .askForChanges(text) : .reject(text)
        }
        return nil
    }

    private mutating func cancel() -> ReviewAnswer? {
        entry = nil
        notice = "nothing was entered, so nothing is decided"
        return nil
    }

    // MARK: Drawing

    /// True where that is another size.
    package mutating func resize(to size: TerminalSize) -> Bool {
        guard size != self.size else { return false }
        self.size = size
        let canvas = Canvas(size: size, environment: environment)
        let rows = size.rows - ReviewFrame.frameRows
        pager = pager.resized(Self.page(question, canvas), canvas, rows: rows)
        if help != nil { showHelp() }
        return true
    }

    package func lines(_ canvas: Canvas) -> [StyledLine] {
        let foot = help == nil ? row.map { canvas.text($0.row) } : canvas.text("any other key goes back", .bold)
        return ReviewFrame.lines(question, help ?? pager, notice: notice, foot: foot, canvas)
    }

    /// The column of the cursor in the last row; nil where nothing is entered.
    package var cursor: Int? { row?.cursor }

    private var row: LineView? {
        entry.map {
            LineView(prompt: $0.prompt, before: $0.editor.before, after: $0.editor.after, columns: size.columns)
        }
    }
}
