package import LatheVocabulary

/// What a writer is to make of earlier sessions, all of it as text: there is no kernel that could hand it over.
package struct WritingJob: Sendable, Hashable {
    /// Of the code that is to become a capability, of one cell beside it, and of all of these.
    private static let (codeCharacters, cellCharacters, allCharacters) = (8_000, 3_000, 16_000)
    private static let mostCells = 6

    package var kind: Capability.Kind
    /// What screens call it.
    package var label: String
    package var task: String
    /// Where it comes from: what is made of it is this session's proposal.
    package var session: String
    package var cells: [Int]

    /// The job for a candidate; `sessions` are those in which it was found.
    package init?(_ candidate: DistilledCandidate, of sessions: [DistilledSession]) {
        guard let source = candidate.sources.last else { return nil }
        kind = candidate.kind
        session = source.session
        cells = source.cells
        label = candidate.name.isEmpty ? "code of cell \(source.cells.last ?? 0)" : candidate.name
        let beside = Self.beside(source, of: sessions)
        task = [Self.opening(candidate), Self.cut(candidate.code, to: Self.codeCharacters), beside]
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    var writer: String { kind == .function ? "function_writer" : "agent_writer" }

    private static func opening(_ candidate: DistilledCandidate) -> String {
        let places = candidate.sources.map { source in
            "session \(source.session), cells \(source.cells.prefix(10).map(String.init).joined(separator: ", "))"
        }.joined(separator: "; ")
        let named = candidate.name.isEmpty ? "" : "The session called it \(candidate.name). "
        let like = candidate.like.map { like in
            "The library has \(like.path), which resembles it: make its next version, under its name, only if it is better. "
        }
        return """
            Make \(candidate.kind == .function ? "a function" : "an agent") of this, which sessions wrote for themselves \
            (\(candidate.reason); \(places)). \(named)\(like ?? "")There is no `data` and nothing was recorded: make small \
            data for examples and tests, of the kind that the code and its outputs show. \
            \(candidate.kind == .function ? "The code:" : "Its instructions and what it returned:")
            """
    }

    /// Cells in which it was used, the newest first, with the beginning of what they printed.
    private static func beside(_ source: DistilledCandidate.Source, of sessions: [DistilledSession]) -> String {
        guard let session = sessions.first(where: { $0.name == source.session }) else { return "" }
        let used = session.cells.filter { source.cells.contains($0.number) }.reversed()
        var parts: [String] = []
        var room = allCharacters
        for cell in used.prefix(mostCells) where room > 0 {
            let part =
                "Cell \(cell.number):\n" + cut(cell.code, to: min(cellCharacters, room))
                + (cell.printed.isEmpty ? "" : "\nIt printed:\n\(cell.printed)")
            room -= part.count
            parts.append(part)
        }
        let left = used.count - parts.count
        return (parts + (left > 0 ? ["\(left) more cells are left out."] : [])).joined(separator: "\n\n")
    }

    private static func cut(_ text: String, to count: Int) -> String {
        text.count <= count ? text : text.prefix(count) + "\n[… \(text.count - count) characters left out]"
    }
}
