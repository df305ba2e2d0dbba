import Testing

@testable import LatheScreens

struct DifferenceTests {
    private func shown(_ old: String, _ new: String) -> [String] {
        ReviewListing.lines(TextDifference(old, new), Canvas(width: 60)).map(\.plain)
    }

    @Test func `a difference shows empty lines, and three lines around a change`() {
        #expect(
            shown("a\n\nb\nc\nd\ne\nf\ng", "a\n\nB\n\nc\nd\ne\nf\ng") == [
                "@@ line 1 → 1 @@", "  a", "  ", "- b", "+ B", "+ ", "  c", "  d", "  e",
            ])
    }

    @Test func `a new text is shown whole, and what could act on a terminal is named`() {
        #expect(shown("", "x = 1\n\ny = '\u{1B}[2J\u{202E}'").suffix(3) == ["+ x = 1", "+ ", "+ y = '␛[2J\\u{202e}'"])
    }

    @Test func `texts that are the same have no difference`() {
        #expect(TextDifference("a\n", "a\n").lines.isEmpty)
    }
}
