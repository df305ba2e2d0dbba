/// A resource of a server, which is read as a tool without arguments is called: by the same rules, asked for and journaled alike.
extension ToolDefinition {
    package static let resourcePrefix = "resource:"

    /// The resource's address; nil for a tool, which says what it takes.
    package var resourceURI: String? { json["inputSchema"] == nil ? json["uri"]?.stringValue : nil }

    /// A resource under the name `resource:URI`. Of one that its server lists nothing goes out but that it is read; of another the
    /// address can carry data.
    package init(resource uri: String, of server: String, isListed: Bool) {
        self.server = server
        name = Self.resourcePrefix + uri
        json = [
            "name": .string(name), "uri": .string(uri), "description": "A resource of the server.",
            "annotations": ["readOnlyHint": true, "openWorldHint": .bool(!isListed)],
        ]
    }
}

/// The resources of a server as code sees them. All texts are the server's words.
package struct OfferedResources: Sendable, Hashable {
    package var server: String
    /// As the protocol writes them.
    package var resources: [JSONValue]
    package var templates: [JSONValue]

    package init(server: String, resources: [JSONValue], templates: [JSONValue]) {
        self.server = server
        self.resources = resources
        self.templates = templates
    }

    private static let most = 2_000
    private static let characters = 500

    /// Addresses with what they are; what is beyond a bound is counted.
    package var json: JSONValue {
        let told = resources.prefix(Self.most).map { Self.told($0, "uri") }
        let forms = templates.prefix(Self.most).map { Self.told($0, "uriTemplate") }
        return [
            "server": .string(server), "resources": .array(told), "templates": .array(forms),
            "left_out": .integer(resources.count - told.count + templates.count - forms.count),
        ]
    }

    private static func told(_ item: JSONValue, _ address: String) -> JSONValue {
        let name = item["title"]?.stringValue ?? item["name"]?.stringValue ?? ""
        return [
            "uri": .string(item[address]?.stringValue ?? ""), "name": .string(String(name.prefix(characters))),
            "mime": .string(
                String((item["mimeType"]?.stringValue ?? item["mime"]?.stringValue ?? "").prefix(characters))),
        ]
    }
}
