package import LatheVocabulary

/// A call of a tool as the user is asked about it: what would be sent, and who asks. Nothing of it acts on the terminal.
package enum ToolRequestListing {
    private static let arguments = (shown: 12, characters: 400)

    package static func lines(_ request: ToolRequest, _ canvas: Canvas) -> [StyledLine] {
        let agent = request.agent.map { " (agent \($0))" } ?? ""
        let who = request.place == .coordinator ? "" : " of \(request.place)\(agent)"
        let head =
            canvas.text("cell \(request.cell)\(who) calls ") + canvas.text("\(request.server)/\(request.tool)", .bold)
            + canvas.text(", " + why(request.reason))
        let given = (request.arguments.objectValue ?? [:]).sorted { $0.key < $1.key }
        let shown = given.prefix(arguments.shown).map { key, value in
            "  \(TerminalText.json(.string(key))): \(cut(TerminalText.json(value)))"
        }
        let left = given.count - shown.count
        let more = left > 0 ? ["  … \(Figure.count(left, "argument")) more, whole in the journal"] : []
        let none = given.isEmpty ? ["  without arguments"] : []
        let words = request.description.isEmpty ? [] : ["\(request.server) says of it: \(cut(request.description))"]
        return canvas.wrap(head, indent: 2) + warning(request.reason, canvas)
            + (shown + more + none).flatMap { canvas.wrap(canvas.text($0), indent: 4) }
            + words.flatMap { canvas.wrap(canvas.text($0, .dim), indent: 2) }
    }

    static func why(_ reason: ConsentReason) -> String {
        switch reason {
        case .unnamed: "which may change something"
        case .rule(let pattern): "which lathe.json says to ask about (\"\(pattern)\")"
        case .exposed: "which can carry data out"
        }
    }

    private static func warning(_ reason: ConsentReason, _ canvas: Canvas) -> [StyledLine] {
        warning(reason).map { canvas.wrap(canvas.text($0, .yellow), indent: 2) } ?? []
    }

    /// Nil where nothing was read that matters.
    static func warning(_ reason: ConsentReason) -> String? {
        guard case .exposed(let exposure) = reason else { return nil }
        return "⚠ this session has read \(exposure.read): look at what would be sent, and where"
    }

    private static func cut(_ text: String) -> String {
        let all = text.count
        return all <= arguments.characters
            ? text : "\(text.prefix(arguments.characters))… (\(all) characters, whole in the journal)"
    }
}
