package import LatheVocabulary

/// What a server wants to know of the user while it works (elicitation).
package struct ToolQuestion: Sendable, Hashable {
    package enum Answer: Sendable, Hashable {
        case accepted([String: JSONValue])
        case declined
        case cancelled

        var json: JSONValue {
            switch self {
            case .accepted(let content): ["action": "accept", "content": .object(content)]
            case .declined: ["action": "decline"]
            case .cancelled: ["action": "cancel"]
            }
        }
    }

    /// One field of a form.
    package struct Field: Sendable, Hashable {
        package enum Kind: Sendable, Hashable { case text, integer, number, flag, choice([String]) }

        package var name: String
        package var title: String
        package var kind: Kind
        package var isRequired: Bool
    }

    package var server: String
    /// The server's words.
    package var message: String
    /// An address that the user should open; nil where fields are to be filled in.
    package var url: String?
    package var fields: [Field]

    private static let mostFields = 20

    /// Nil for what cannot be shown: too many fields, or fields of a form that the protocol does not know.
    init?(_ message: JSONValue) {
        guard message["method"]?.stringValue == "elicit", let params = message["params"] else { return nil }
        server = message["server"]?.stringValue ?? ""
        self.message = params["message"]?.stringValue ?? ""
        url = params["url"]?.stringValue
        let schema = params["requestedSchema"]
        let required = Set((schema?["required"]?.arrayValue ?? []).compactMap(\.stringValue))
        let properties = schema?["properties"]?.objectValue ?? [:]
        guard properties.count <= Self.mostFields else { return nil }
        fields = []
        for (name, property) in properties.sorted(by: { $0.key < $1.key }) {
            guard let kind = Self.kind(property) else { return nil }
            let title = property["title"]?.stringValue ?? property["description"]?.stringValue ?? name
            fields.append(Field(name: name, title: title, kind: kind, isRequired: required.contains(name)))
        }
    }

    private static func kind(_ property: JSONValue) -> Field.Kind? {
        if let choices = property["enum"]?.arrayValue?.compactMap(\.stringValue) { return .choice(choices) }
        if let choices = property["oneOf"]?.arrayValue?.compactMap({ $0["const"]?.stringValue }) {
            return .choice(choices)
        }
        return switch property["type"]?.stringValue {
        case "string": .text
        case "integer": .integer
        case "number": .number
        case "boolean": .flag
        default: nil
        }
    }
}
