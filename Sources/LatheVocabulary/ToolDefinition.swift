/// A tool as its server defined it. All texts are the server's words: data, never instructions.
package struct ToolDefinition: Sendable, Hashable {
    package var server: String
    package var name: String
    /// The whole definition, in the form of the Model Context Protocol.
    package var json: JSONValue

    /// Nil where there is no name.
    package init?(server: String, json: JSONValue) {
        guard let name = json["name"]?.stringValue else { return nil }
        self.server = server
        self.name = name
        self.json = json
    }

    package var title: String? { json["title"]?.stringValue ?? json["annotations"]?["title"]?.stringValue }
    package var description: String { json["description"]?.stringValue ?? "" }
    package var inputSchema: JSONValue { json["inputSchema"] ?? [:] }
    package var outputSchema: JSONValue? { json["outputSchema"] }

    /// What the server claims of what the tool does; nil where it claims nothing.
    package var isReadOnly: Bool? { json["annotations"]?["readOnlyHint"]?.boolValue }

    /// Whether the server claims that the tool reaches beyond it; the protocol takes yes where it claims nothing.
    package var isOpenWorld: Bool { json["annotations"]?["openWorldHint"]?.boolValue ?? true }

    /// What is compared with what the user allowed: all but what only a screen would show.
    package var pin: String {
        var members = json.objectValue ?? [:]
        for key in ["_meta", "icons"] { members[key] = nil }
        return JSONValue.object(members).text
    }
}
