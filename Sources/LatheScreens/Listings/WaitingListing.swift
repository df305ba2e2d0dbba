package import LatheVocabulary

/// `lathe review`: what waits, for pipes and programs, and how a review ended, from plain values.
package enum WaitingListing {
    package static func lines(_ items: [ReviewItem], unreadable: [String], _ canvas: Canvas) -> [StyledLine] {
        guard !items.isEmpty || !unreadable.isEmpty else { return [canvas.text("nothing waits for review")] }
        return items.flatMap { lines($0, canvas) } + unreadable.flatMap { trouble($0, canvas) }
    }

    private static func lines(_ item: ReviewItem, _ canvas: Canvas) -> [StyledLine] {
        let capability = item.capability
        let name = "\(capability.kind.folder)/\(capability.name)"
        let since = item.since.map { ", since \(ReviewListing.date($0))" } ?? ""
        let head =
            canvas.text(capability.kind.rawValue + " ", .dim) + canvas.text(capability.name, .bold)
            + canvas.text(" (\(LibraryListing.standing(capability)))\(since)", .dim)
        let about =
            [capability.summary].filter { !$0.isEmpty } + ReviewListing.origin(capability).map { "\($0.0): \($0.1)" }
        var commands = [("look at", "lathe library diff \(name)"), ("approve", ReviewListing.approval(item))]
        if capability.shelf == .proposed {
            let shown = item.shown.prefix(16)
            commands.append(("ask for changes", "lathe library changes \(name) \"NOTE\" --shown \(shown)"))
            commands.append(("reject", "lathe library reject \(name) --reason \"WHY\" --shown \(shown)"))
        }
        return canvas.wrap(head, indent: 2) + about.flatMap { canvas.wrap(canvas.text("  " + $0), indent: 4) }
            + capability.problems.flatMap { canvas.wrap(canvas.text("  ✗ " + $0, .red), indent: 4) }
            + commands.flatMap { canvas.wrap(canvas.text("  \($0.0): ", .dim) + canvas.text($0.1), indent: 4) }
    }

    private static func trouble(_ reason: String, _ canvas: Canvas) -> [StyledLine] {
        canvas.wrap(canvas.text("✗ ", .red) + canvas.text(reason), indent: 2)
    }

    package static func json(_ items: [ReviewItem], unreadable: [String]) -> JSONValue {
        [
            "waiting": .array(items.map(ReviewListing.json)),
            "unreadable": .array(unreadable.map { .string($0) }),
        ]
    }

    /// What was decided in a review, what could not be, and what still waits.
    package static func end(
        _ decided: [(what: String, capability: Capability)], kept: [String], waiting: [Capability], _ canvas: Canvas
    ) -> [StyledLine] {
        let done = decided.flatMap { ReviewListing.decided($0.what, $0.capability, canvas) }
        let kept = kept.flatMap { canvas.wrap(canvas.text("⚠ ", .yellow) + canvas.text($0), indent: 2) }
        let names = waiting.map { "\($0.kind.rawValue) \($0.name)" }.joined(separator: ", ")
        let rest = waiting.isEmpty ? "nothing waits for review" : "still waiting: \(names)"
        return (done.isEmpty ? [canvas.text("nothing was decided")] : done) + kept
            + canvas.wrap(canvas.text(rest, .bold), indent: 2)
    }
}
