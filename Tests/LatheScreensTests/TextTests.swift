import LatheVocabulary
import Testing

@testable import LatheScreens

struct TextTests {
    @Test(arguments: [
        ("plain ~", "plain ~", "plain ~"),
        ("\u{1B}]0;title\u{7}", "␛]0;title␇", "\\e]0;title\\x07"),
        ("\u{1B}[2J\u{9B}31m", "␛[2J\\u{9b}31m", "\\e[2J\\u{9b}31m"),
        ("a\rb\nc\td\u{8}", "a␍b␊c    d␈", "a\\rb\\nc    d\\x08"),
        ("\u{202E}gnp.exe\u{2066}", "\\u{202e}gnp.exe\\u{2066}", "\\u{202e}gnp.exe\\u{2066}"),
        ("x\u{200B}\u{FEFF}\u{E0041}y", "x\\u{200b}\\u{feff}\\u{e0041}y", "x\\u{200b}\\u{feff}\\u{e0041}y"),
        ("\u{7F}\u{0}\u{2028}", "␡␀\\u{2028}", "\\x7f\\x00\\u{2028}"),
        ("é · → 航 👍", "é · → 航 👍", "\\u{e9} - -> \\u{822a} \\u{1f44d}"),
    ])
    func `foreign text is shown and never acts`(text: String, unicode: String, ascii: String) {
        #expect(TerminalText.safe(text) == unicode)
        #expect(TerminalText.safe(text, glyphs: .ascii) == ascii)
    }

    @Test func `no scalar below U+3100 or in the tags reaches a terminal as a control`() {
        for value in Array(0...0x3100) + Array(0xE0000...0xE007F) {
            guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
            let safe = TerminalText.safe(String(scalar))
            let acts = safe.unicodeScalars.contains {
                [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
            }
            #expect(!acts, "U+\(String(value, radix: 16))")
            #expect(TerminalText.safe(String(scalar), glyphs: .ascii).utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        }
    }

    @Test func `lines end at LF or CR LF, and a last line break begins none`() {
        #expect(TerminalText.safeLines("a\r\nb\n\nc\n") == ["a", "b", "", "c"])
        #expect(TerminalText.safeBlock("a\tb\r\n\u{1B}c\n") == "a\tb\n␛c\n")
    }

    @Test(arguments: [
        ("abc", 3), ("é", 1), ("e\u{301}", 1), ("航空", 4), ("ﾊ", 1), ("！", 2), ("👍", 2), ("👍🏽", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2),
        ("❤️", 2),
        ("한", 2), ("✓", 1), ("", 0),
    ])
    func `a text is as wide as a terminal shows it`(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test func `a line is cut at whole characters and wrapped at spaces`() {
        let canvas = Canvas(width: 10)
        #expect(canvas.fit(canvas.text("航空会社の名前")).plain == "航空会社…")
        #expect(
            canvas.wrap(canvas.text("- one two three fourteenlong"), indent: 2).map(\.plain) == [
                "- one two", "  three", "  fourteen", "  long",
            ])
    }

    @Test(arguments: [
        (Figure.tokens(999), "999"), (Figure.tokens(41_230), "41.2k"), (Figure.tokens(336_776), "336k"),
        (Figure.tokens(1_250_000), "1.2M"), (Figure.duration(0.244), "0.24 s"), (Figure.duration(102), "1 m 42 s"),
        (Figure.duration(.nan), "?"), (Figure.clock(3_723), "1:02:03"), (Figure.bytes(1_117_320_768), "1.1 GB"),
        (Figure.bytes(640), "640 B"), (Figure.money(.microdollars(31_200)) ?? "", "$0.0312"),
        (Figure.money(.microdollars(12_400_000)) ?? "", "$12.40"), (Figure.money(.unknown) ?? "none", "none"),
    ])
    func `figures are short and plain`(shown: String, expected: String) { #expect(shown == expected) }

    @Test func `Markdown is laid out for the width`() {
        let source = """
            # A *title*
            A paragraph with `code`,
            snake_case_name, 2 * 3 * 4 and [a link](http://x).

            | carrier | mean |
            |---|--:|
            | **UA** | 3.5 |
            | 日本 | 12 |
            - one
              - two that is long enough to wrap here
            3) three
            ```python
            x = "**"
            ```
            > quoted
            ---
            """
        #expect(
            Markdown(canvas: Canvas(width: 32)).lines(source).map(\.plain) == [
                "A title",
                "A paragraph with code,", "snake_case_name, 2 * 3 * 4 and a", "link (http://x).",
                "",
                "carrier  mean", "─────────────", "UA        3.5", "日本       12",
                "• one", "  • two that is long enough to", "    wrap here", "3. three",
                "  │ x = \"**\"", "│ quoted", "────────────────────────────────",
            ])
    }

    @Test func `styles become SGR only where there is colour`() {
        let canvas = Canvas(width: 40, color: .ansi)
        let line = Markdown(canvas: canvas).inline("a **b** c")
        #expect(canvas.render(line) == "a \u{1B}[1mb\u{1B}[0m c")
        #expect(Canvas(width: 40).render(line) == "a b c")
    }
}
