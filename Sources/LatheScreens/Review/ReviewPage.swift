internal import Foundation
package import LatheVocabulary

/// Everything that is shown of a capability before somebody decides about it, in parts.
package struct ReviewPage: Sendable, Hashable {
    /// One thing to look at, such as its tests.
    package struct Part: Sendable, Hashable {
        package var title: String
        /// The title is not among them.
        package var lines: [StyledLine]
    }

    package var parts: [Part]

    /// How a text without an approved one before it is shown.
    package enum Form: Sendable, Hashable {
        /// As a difference from nothing: every line is one that came.
        case difference
        /// As source: with numbers of lines and colours.
        case source
    }

    init(parts: [Part]) { self.parts = parts }

    package init(_ item: ReviewItem, _ form: Form, _ canvas: Canvas) {
        let isProposal = item.capability.shelf == .proposed
        let report = item.report.map {
            Part(
                title: "what admission found",
                lines: ReportListing.lines($0, item.isEdited ? .beforeItWasEdited : .ofThis, canvas))
        }
        let source = Self.source(item, form, canvas)
        let tests = isProposal || form == .source ? Self.tests(item, form, canvas) : nil
        let examples = tests == nil ? nil : ExamplePart.part(item, canvas)
        let origin = Part(title: "where it comes from", lines: Self.origin(item, canvas))
        parts =
            form == .source
            ? [origin, report, source, tests, examples].compactMap(\.self)
            : [origin, source, tests, examples, report].compactMap(\.self)
    }

    /// All parts one below the other.
    package func lines(_ canvas: Canvas) -> [StyledLine] {
        parts.enumerated().flatMap { index, part in
            (index == 0 ? [] : canvas.wrap(canvas.text(part.title, .bold), indent: 2)) + part.lines
        }
    }

    // MARK: Parts

    /// Where it comes from, why it was made, and what stands against it.
    private static func origin(_ item: ReviewItem, _ canvas: Canvas) -> [StyledLine] {
        let waits = item.since.map { since -> (String, String) in ("waits since", ReviewListing.date(since)) }
        let facts =
            ReviewListing.origin(item.capability)
            + [item.editor.map { ("edited by", $0) }, waits, item.note.map { ("changes asked", $0) }].compactMap(\.self)
        let edited =
            item.isEdited && item.capability.shelf == .proposed
            ? ["it is not what was saved: it is examined before it is approved"] : []
        return facts.flatMap { canvas.wrap(canvas.text("\($0.0): ", .dim) + canvas.text($0.1), indent: 2) }
            + (edited + item.capability.problems).flatMap {
                canvas.wrap(canvas.text("⚠ " + $0, .yellow), indent: 2)
            }
    }

    private static func source(_ item: ReviewItem, _ form: Form, _ canvas: Canvas) -> Part {
        let name = "\(item.capability.path), version \(item.capability.version)"
        guard form == .difference || item.approved != nil else {
            return Part(title: name, lines: PythonLines.lines(item.body, canvas))
        }
        let against = item.approved.map { "version \($0.version)" } ?? "nothing"
        let difference = TextDifference(item.approved?.body ?? "", item.body)
        return Part(
            title: "\(name), against \(against) as approved" + (difference.lines.isEmpty ? ", no difference" : ""),
            lines: ReviewListing.lines(difference, canvas))
    }

    private static func tests(_ item: ReviewItem, _ form: Form, _ canvas: Canvas) -> Part {
        let fixtures = item.fixtures.sorted { $0.key < $1.key }.flatMap { name, bytes in
            canvas.wrap(canvas.text("  reads fixtures/\(item.capability.name)/\(name), \(Figure.bytes(bytes))", .dim))
        }
        guard !(item.tests + item.approvedTests).isEmpty else {
            return Part(title: "it has no tests", lines: fixtures)
        }
        guard form == .difference || !item.approvedTests.isEmpty else {
            return Part(title: "its tests", lines: PythonLines.lines(item.tests, canvas) + fixtures)
        }
        let difference = TextDifference(item.approvedTests, item.tests)
        let against = item.approvedTests.isEmpty ? "" : ", against those of the approved version"
        return Part(
            title: "its tests" + against + (difference.lines.isEmpty ? ", no difference" : ""),
            lines: ReviewListing.lines(difference, canvas) + fixtures)
    }
}
