package import LatheVocabulary

/// What a tool returned, as `lathe tools call` prints it.
package enum ToolAnswer {
    /// Structured values as JSON where there are any, else every content in its turn. Safe for a terminal; ends with a line break.
    package static func text(_ answer: JSONValue) -> String {
        var lines: [String] = []
        let content = answer["content"]?.arrayValue ?? []
        if let structured = answer["structured"] { lines.append(TerminalText.safeBlock(IndentedJSON.text(structured))) }
        for item in content {
            // The text beside structured values is the same once more, for clients that know only text.
            if item["type"]?.stringValue == "text", answer["structured"] != nil { continue }
            lines.append(line(item))
        }
        if lines.isEmpty { lines.append("(nothing)") }
        return lines.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
    }

    private static func line(_ item: JSONValue) -> String {
        switch item["type"]?.stringValue {
        case "text": TerminalText.safeBlock(item["text"]?.stringValue ?? "")
        case "image", "audio": kept(item)
        case "resource": resource(item["resource"] ?? .null)
        case "resource_link":
            TerminalText.safe("resource \(item["uri"]?.stringValue ?? "") \(item["name"]?.stringValue ?? "")")
        default: TerminalText.json(item)
        }
    }

    private static func resource(_ resource: JSONValue) -> String {
        if let text = resource["text"]?.stringValue { return TerminalText.safeBlock(text) }
        return TerminalText.safe(resource["uri"]?.stringValue ?? "") + " " + kept(resource)
    }

    private static func kept(_ item: JSONValue) -> String {
        let type = TerminalText.safe(item["mimeType"]?.stringValue ?? "bytes")
        return
            "\(type), \(item["bytes"]?.integerValue ?? 0) bytes: \(TerminalText.safe(item["file"]?.stringValue ?? ""))"
    }
}
