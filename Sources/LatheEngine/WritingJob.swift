package import LatheVocabulary

/// What a writer is to make of earlier sessions, all of it as text: there is no kernel that could hand it over.
package struct WritingJob: Sendable, Hashable {
    /// Of the code that is to become a capability, of one cell beside it, and of all of these.
    private static let (codeCharacters, cellCharacters, allCharacters) = (8_000, 3_000, 16_000)
    private static let (mostCells, mostCalls, callCharacters) = (6, 6, 8_000)

    /// How the task begins whose subtasks are writers.
    package static let taskOpening = "Distill what deserves saving: "

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
        let calls = Self.calls(candidate, of: sessions)
        let opening = Self.opening(candidate, hasCalls: !calls.isEmpty)
        task = [opening, Self.cut(candidate.code, to: Self.codeCharacters), calls, beside]
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    var writer: String { kind == .function ? "function_writer" : "agent_writer" }

    private static func opening(_ candidate: DistilledCandidate, hasCalls: Bool) -> String {
        let places = candidate.sources.map { source in
            "session \(source.session), cells \(source.cells.prefix(10).map(String.init).joined(separator: ", "))"
        }.joined(separator: "; ")
        let named = candidate.name.isEmpty ? "" : "The session called it \(candidate.name). "
        let like = candidate.like.map { like in
            "The library has \(like.path), which resembles it: make its next version, under its name, only if it is better. "
        }
        let data =
            hasCalls
            ? "make the recorded calls below, or some like them, in a cell of your own, and tests of them."
            : "and nothing was recorded: make small data for examples and tests, of the kind that the code and its "
                + "outputs show."
        return """
            Make \(candidate.kind == .function ? "a function" : "an agent") of this, which sessions wrote for themselves \
            (\(candidate.reason); \(places)). \(named)\(like ?? "")There is no `data`\(hasCalls ? ": " : " ")\(data) \
            \(candidate.kind == .function ? "The code:" : "Its instructions and what it returned:")
            """
    }

    /// Calls of a function that its sessions recorded, the newest first, and what is left out of them.
    private static func calls(_ candidate: DistilledCandidate, of sessions: [DistilledSession]) -> String {
        let names = Set(candidate.sources.map(\.session))
        let told = sessions.filter { names.contains($0.name) }.flatMap { $0.cells.reversed().compactMap(\.calls) }
        let calls = told.flatMap(\.kept).filter { $0.function == candidate.name }
        guard !calls.isEmpty else { return "" }
        var (shown, room): ([String], Int) = ([], callCharacters)
        for call in calls.prefix(mostCalls) {
            let text = ">>> \(call.call)\n" + (call.result ?? "# its result was of more rows than these")
            room -= text.count
            guard room >= 0 else { break }
            shown.append(text)
        }
        let about = ["call of \(candidate.name):", "calls of \(candidate.name):"]
        var left = told.flatMap(\.leftOut).filter { line in about.contains { line.contains($0) } }
        if calls.count > shown.count { left.append("\(calls.count - shown.count) more calls") }
        let omitted = left.isEmpty ? "" : "\nLeft out: \(left.prefix(6).joined(separator: "; "))"
        return "Calls of it that were recorded, with their results:\n" + shown.joined(separator: "\n") + omitted
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
