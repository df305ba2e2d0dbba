package import LatheVocabulary

/// What came of an export to other agents' forms, or of an import from them.
package struct NeighbourListing: Sendable, Hashable {
    package var title: String
    package var names: [String]
    /// What could not be carried over, a sentence each.
    package var leftOut: [String]

    package init(title: String, names: [String], leftOut: [String]) {
        self.title = title
        self.names = names
        self.leftOut = leftOut
    }

    package var json: JSONValue {
        ["done": .array(names.map { .string($0) }), "leftOut": .array(leftOut.map { .string($0) })]
    }

    package func lines(_ canvas: Canvas) -> [StyledLine] {
        canvas.wrap(canvas.text(title, .bold), indent: 2)
            + names.flatMap { canvas.wrap(canvas.text("  " + $0), indent: 4) }
            + (leftOut.isEmpty ? [] : [canvas.text("not carried over", .yellow)])
            + leftOut.flatMap { canvas.wrap(canvas.text("  " + $0), indent: 4) }
    }
}
