package import LatheVocabulary

/// `lathe sessions check`: what was looked at, and what is wrong.
package struct CheckListing: Sendable, Hashable {
    package var session: String
    package var events: Int
    package var texts: Int
    /// Files of the saved working memory.
    package var parts: Int
    package var problems: [String]

    package init(session: String, events: Int, texts: Int, parts: Int = 0, problems: [String]) {
        self.session = session
        self.events = events
        self.texts = texts
        self.parts = parts
        self.problems = problems
    }

    package func lines(_ canvas: Canvas) -> [StyledLine] {
        guard problems.isEmpty else {
            return problems.flatMap { canvas.wrap(canvas.text("✗ ", .red) + canvas.text($0), indent: 2) }
        }
        let memory = parts > 0 ? ", \(Figure.count(parts, "part")) of the saved memory" : ""
        let counts = "\(Figure.count(events, "event")) and \(Figure.count(texts, "text"))\(memory)"
        return canvas.wrap(
            canvas.text("✓ ", .green) + canvas.text("\(session): \(counts), all as they were written"), indent: 2)
    }

    package var json: JSONValue {
        [
            "session": .string(session), "events": .integer(events), "texts": .integer(texts),
            "parts": .integer(parts),
            "problems": .array(problems.map(JSONValue.string)),
        ]
    }
}
