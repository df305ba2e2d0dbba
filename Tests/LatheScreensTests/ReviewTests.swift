import LatheVocabulary
import Testing

@testable import LatheScreens

/// Reading and answering on a terminal, key by key.
struct ReviewTests {
    private static let environment = ["LANG": "C.UTF-8", "TERM": "xterm"]

    private static func item(
        lines: Int = 40, shelf: Capability.Shelf = .proposed, purpose: String = "It is asked often."
    ) -> ReviewItem {
        let capability = Capability(
            kind: .function, name: "sum_rows", path: (shelf == .proposed ? "proposed/" : "") + "functions/sum_rows.py",
            signature: "sum_rows()", summary: "Return.", status: shelf == .proposed ? .proposed : .changed,
            created: "2025-11-21", session: "s", model: "m", sha256: "aa", cells: [3], purpose: purpose)
        let body = (1...lines).map { "x\($0) = \($0)" }.joined(separator: "\n") + "\n"
        return ReviewItem(capability: capability, body: body, tests: "def test_a(): ...\n", fixtures: [:], shown: "ff")
    }

    /// A view that is pressed in expectations too.
    private final class Terminal {
        var view: ReviewView
        init(_ view: ReviewView) { self.view = view }

        func take(_ key: Key) -> ReviewAnswer? { view.take(key) }
        func press(_ keys: [Key]) -> [ReviewAnswer] { keys.compactMap { view.take($0) } }
        func resize(to size: TerminalSize) -> Bool { view.resize(to: size) }
    }

    private func view(
        _ item: ReviewItem, columns: Int = 80, rows: Int = 24, notice: String? = nil, draft: String? = nil
    ) -> Terminal {
        Terminal(
            ReviewView(
                ReviewQuestion(item: item, number: 1, count: 2, notice: notice, draft: draft),
                size: TerminalSize(columns: columns, rows: rows), environment: Self.environment))
    }

    private func shown(_ terminal: Terminal) -> [String] {
        terminal.view.lines(Canvas(size: terminal.view.size, environment: Self.environment)).map(\.plain)
    }

    private func typed(_ text: String) -> [Key] { text.unicodeScalars.map { Key.text($0) } + [.enter] }

    @Test(arguments: [(80, 24), (44, 12), (200, 60), (20, 5)])
    func `a frame is as large as the terminal and ends with the question`(columns: Int, rows: Int) {
        let lines = shown(view(Self.item(), columns: columns, rows: rows))
        #expect(lines.count == rows)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= columns })
        #expect(lines.last?.hasPrefix("a") == true)
    }

    @Test func `every line is seen by paging on, and the question stays`() {
        let view = view(Self.item(lines: 100))
        var seen: Set<String> = []
        for _ in 0..<10 {
            let lines = shown(view)
            #expect(lines.last == "a approve  e edit  c changes  r reject  s skip  p back  q quit  ? help")
            seen.formUnion(lines)
            #expect(view.take(.text(" ")) == nil)
        }
        #expect((1...100).allSatisfy { number in seen.contains { $0.hasSuffix("  x\(number) = \(number)") } })
        // At its end, approving needs no second key.
        #expect(view.take(.text("a")) == .approve)
    }

    @Test func `approving what was not read to its end is asked back once`() {
        let view = view(Self.item(lines: 100))
        #expect(view.take(.text("a")) == nil)
        #expect(shown(view).contains { $0.contains("lines you have not seen; a again approves all the same") })
        #expect(view.take(.text("a")) == .approve)
        // Jumping to the end shows what is there, and not what was jumped over.
        let jumped = self.view(Self.item(lines: 100))
        #expect(jumped.press([.text("G"), .text("a")]) == [])
        #expect(jumped.press([.text("a")]) == [.approve])
        let short = self.view(Self.item(lines: 2))
        #expect(short.take(.text("a")) == .approve)
    }

    @Test func `each key is an answer, a move or told to be none`() {
        let view = view(Self.item())
        #expect(
            view.press([.text("e"), .text("s"), .text("p"), .text("q"), .control("d"), .control("c")]) == [
                .edit, .skip, .back, .quit, .quit, .interrupted,
            ])
        #expect(
            view.press([.text("c")] + typed("take the column as a parameter")) == [
                .askForChanges("take the column as a parameter")
            ])
        #expect(view.press([.text("r")] + typed("pandas has it")) == [.reject("pandas has it")])
        for given in [[Key.text("r"), .enter], [.text("c"), .text("x"), .escape], [.text("r"), .control("d")]] {
            #expect(view.press(given) == [])
            #expect(shown(view).contains { $0.contains("nothing was entered, so nothing is decided") })
        }
        // While a text is entered, its letters are no answers; Ctrl-C is.
        #expect(view.press([.text("r"), .text("a"), .text("q"), .control("c")]) == [.interrupted])
        let other = self.view(Self.item())
        #expect(other.press([.text("d"), .text("x"), .left]) == [])
        #expect(other.press([.text("x")]) == [] && shown(other).contains { $0.contains("no answer is 'x'") })
        let draft = self.view(Self.item(), draft: "/tmp/kept")
        #expect(shown(draft).last == "a approve  e edit  d drop  c changes  r reject  s skip  p back  q quit  ? help")
        #expect(draft.take(.text("d")) == .drop)
    }

    @Test func `an approved file that changed is approved or restored, not rejected`() {
        let view = view(Self.item(shelf: .approved))
        #expect(shown(view).last == "a approve  e edit  s skip  p back  q quit  ? help")
        #expect(view.press([.text("r")]) == [])
        #expect(shown(view).contains { $0.contains("restore its file, or lathe library deprecate sum_rows") })
    }

    @Test func `help is a page, and any key that moves nothing ends it without being an answer`() {
        let view = view(Self.item())
        let before = shown(view)
        #expect(view.press([.text("?"), .text(" ")]) == [])
        #expect(shown(view).contains { $0.contains("ask for changes: your note") })
        #expect(view.press([.text("a")]) == [])
        #expect(shown(view) == before)
    }

    @Test func `parts are reached by a key, back and forth`() {
        let view = view(Self.item(lines: 100))
        _ = view.take(.text("n"))
        #expect(shown(view)[1] == "proposed/functions/sum_rows.py, version 1")
        _ = view.take(.text("n"))
        #expect(shown(view).contains { $0.contains("def test_a(): ...") })
        _ = view.take(.text("N"))
        #expect(shown(view)[1] == "proposed/functions/sum_rows.py, version 1")
    }

    @Test func `another size of the terminal keeps the place and what was seen`() {
        let view = view(Self.item(lines: 100))
        #expect(view.press([.text(" "), .text(" ")]) == [])
        #expect(!view.resize(to: TerminalSize(columns: 80, rows: 24)))
        #expect(view.resize(to: TerminalSize(columns: 60, rows: 30)))
        #expect(shown(view).count == 30)
        #expect(shown(view).contains { $0.hasSuffix("x40 = 40") })
        #expect(view.press([.text("G"), .text("a")]) == [])
    }

    @Test func `nothing in what is shown acts on the terminal`() {
        let attack = "\u{1B}[2J\u{202E}\u{07}"
        var item = Self.item(purpose: attack)
        (item.body, item.tests) = ("x = '\(attack)'\n", "# \(attack)\n")
        item.fixtures = [attack: 3]
        (item.note, item.editor) = (attack, attack)
        let view = view(item, rows: 60, notice: "line\n\(attack)", draft: attack)
        let canvas = Canvas(size: view.view.size, environment: Self.environment)
        let text = view.view.lines(canvas).map { canvas.render($0) }.joined()
        let ours = text.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
        #expect(!ours.unicodeScalars.contains { $0.value < 0x20 || TerminalText.isTreacherous($0) })
        #expect(ours.contains("x = '␛[2J\\u{202e}␇'"))
    }

    @Test func `words are answers where keys cannot be read`() {
        let answers = [
            "a", " approve ", "edit", "changes round it", "r too small", "skip", "back", "q",
        ].map { PlainReview.answer($0, hasDraft: false) }
        #expect(
            answers == [
                .approve, .approve, .edit, .askForChanges("round it"), .reject("too small"), .skip, .back, .quit,
            ])
        for none in ["", "x", "r", "changes ", "approve all", "drop"] {
            #expect(PlainReview.answer(none, hasDraft: false) == nil, "\(none)")
        }
        #expect(PlainReview.answer("drop", hasDraft: true) == .drop)
    }

    @Test func `source is coloured line by line, and its text is left as it is`() {
        let source = "def f(x):  # why\n    \"\"\"Say 'it'.\n\n    if not.\"\"\"\n    return 'a\\'b' if x else None\n"
        let canvas = Canvas(width: nil, color: .ansi)
        let lines = PythonLines.lines(source, canvas)
        #expect(
            lines.map(\.plain)
                == source.split(separator: "\n", omittingEmptySubsequences: false).dropLast().enumerated().map {
                    "\($0 + 1)  \($1)"
                })
        #expect(canvas.render(lines[0]).contains("\u{1B}[36mdef\u{1B}[0m"))
        #expect(canvas.render(lines[3]).contains("\u{1B}[32m    if not.\"\"\"\u{1B}[0m"))
        #expect(!canvas.render(lines[3]).contains("\u{1B}[36m"))
        #expect(canvas.render(lines[4]).contains("\u{1B}[32ma\\'b'\u{1B}[0m"))
    }
}
