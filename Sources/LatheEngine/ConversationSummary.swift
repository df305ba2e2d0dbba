internal import LatheVocabulary

/// The text that takes the place of the older messages of a conversation, made of what they established, without a model.
///
/// What the user said stands in it word for word, and what was answered, as far as both fit into `bytes`; of the rest as much as fits
/// into as many again. The oldest and the newest come first; what does not fit is counted, with where it is.
struct ConversationSummary: Sendable {
    let text: String

    private static let titles: [Established.Kind: String] = [
        .task: "What the user asked, word for word:",
        .context:
            "Your context, as you edited it; your instructions, the form of the result and your limits are as they were:",
        .answer: "What was answered, word for word:",
        .said: "What you said:", .names: "What cells defined:", .finding: "What came out:",
    ]

    static let shortened =
        "[The conversation up to here is summarised, so that it stays within your context. Variables are as they were; lathe.output(N) gives the whole output of cell N.]"

    /// `items` oldest first; `heading` says why there is a summary.
    init(_ items: [Established.Item], upTo bytes: Int, heading: String = shortened) {
        var seen: Set<String> = []
        let distinct = items.filter { $0.kind == .task || seen.insert($0.text).inserted }
        var left = bytes
        var hasKept = false
        var parts = [heading]
        for kind in Established.Kind.allCases {
            let all = distinct.filter { $0.kind == kind }
            guard !all.isEmpty else { continue }
            if kind.rawValue > Established.Kind.answer.rawValue, !hasKept { (left, hasKept) = (bytes, true) }
            let chosen = Self.chosen(all, within: left)
            let lines = all.indices.filter(chosen.contains).map { "- " + all[$0].text }
            left -= lines.reduce(0) { $0 + $1.utf8.count + 1 }
            parts.append(([Self.titles[kind] ?? ""] + lines + Self.leftOut(all, chosen)).joined(separator: "\n"))
        }
        text = parts.joined(separator: "\n\n")
    }

    /// The items that fit: by turns the oldest that is left and the newest.
    private static func chosen(_ items: [Established.Item], within bytes: Int) -> Set<Int> {
        var chosen: Set<Int> = []
        var (left, first, last, takesFirst) = (bytes, 0, items.count - 1, true)
        while first <= last {
            let index = takesFirst ? first : last
            left -= items[index].text.utf8.count + 3
            // The user's first words are kept whatever they take: they are what all the rest is for.
            guard left >= 0 || (isKept(items[index].kind) && chosen.isEmpty) else { break }
            chosen.insert(index)
            if takesFirst { first += 1 } else { last -= 1 }
            takesFirst.toggle()
        }
        return chosen
    }

    private static func isKept(_ kind: Established.Kind) -> Bool { kind == .task || kind == .context }

    private static func leftOut(_ items: [Established.Item], _ chosen: Set<Int>) -> [String] {
        let missing = items.indices.filter { !chosen.contains($0) }
        guard !missing.isEmpty else { return [] }
        let cells = missing.compactMap { items[$0].cell }
        let whole =
            cells.min().map { " of cells \($0) to \(cells.max() ?? $0): lathe.output(N)" }
            ?? ", kept in the session's journal"
        return ["- … \(missing.count) more\(whole)"]
    }
}
