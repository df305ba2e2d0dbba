package import LatheVocabulary

/// The resources and prompts of `lathe tools show SERVER`. All texts are the server's words.
package enum ToolExtrasListing {
    private static let most = 200

    package static func lines(_ extras: ToolExtras, of server: String, _ canvas: Canvas) -> [StyledLine] {
        var lines: [StyledLine] = []
        lines += block("resources", extras.resources, "lathe tools read \(server) URI", canvas) {
            [text($0, "uri"), text($0, "title", "name"), text($0, "mimeType")]
        }
        lines += block("resources with parts to fill in", extras.templates, "lathe tools read \(server) URI", canvas) {
            [text($0, "uriTemplate"), text($0, "title", "name"), text($0, "mimeType")]
        }
        lines += block("prompts", extras.prompts, "lathe tools prompt \(server) NAME", canvas) { prompt in
            [text(prompt, "name") + arguments(prompt), text(prompt, "description", "title")]
        }
        if let error = extras.error {
            lines += canvas.wrap(canvas.text("  ✗ its resources and prompts: " + error.reason, .red), indent: 4)
        }
        return lines
    }

    private static func block(
        _ title: String, _ items: [JSONValue], _ use: String, _ canvas: Canvas, _ row: (JSONValue) -> [String]
    ) -> [StyledLine] {
        guard !items.isEmpty else { return [] }
        let rows = items.prefix(most).map { item in
            row(item).enumerated().map { canvas.text(($0 == 0 ? "  " : "") + $1, $0 == 0 ? .cyan : []) }
        }
        let more = items.count - rows.count
        let rest = more > 0 ? [canvas.text("  … \(more) more: --json", .dim)] : []
        return [canvas.blank, canvas.text(title, .bold) + canvas.text("  (\(use))", .dim)] + canvas.table(rows) + rest
    }

    /// The first of these members that says something, on one line.
    private static func text(_ item: JSONValue, _ keys: String...) -> String {
        let found = keys.lazy.compactMap { item[$0]?.stringValue }.first { !$0.isEmpty } ?? ""
        return TerminalText.lines(found).first { !$0.isEmpty } ?? ""
    }

    private static func arguments(_ prompt: JSONValue) -> String {
        let given = (prompt["arguments"]?.arrayValue ?? []).map { argument in
            text(argument, "name") + (argument["required"]?.boolValue == true ? "" : "?")
        }
        return given.isEmpty ? "" : "(" + given.joined(separator: ", ") + ")"
    }
}

extension ToolListing {
    package static func json(_ report: ToolReport, _ extras: ToolExtras) -> JSONValue {
        guard case .object(var members) = json(report) else { return json(report) }
        members["resources"] = .array(extras.resources)
        members["templates"] = .array(extras.templates)
        members["prompts"] = .array(extras.prompts)
        members["extras_error"] = extras.error?.json ?? .null
        return .object(members)
    }
}
