import LatheVocabulary

/// A JSON Schema that binds a reply, in the form providers take: an object at the root.
enum ReplySchema {
    /// The member that stands around a schema which is no object itself.
    private static let wrapper = "value"

    /// The schema, wrapped where its root is not an object.
    static func wrapped(_ schema: JSONValue) -> JSONValue {
        if isObject(schema) { return schema }
        return [
            "type": "object", "properties": [wrapper: schema], "required": [.string(wrapper)],
            "additionalProperties": false,
        ]
    }

    static func isObject(_ schema: JSONValue) -> Bool {
        schema["type"]?.stringValue == "object"
    }

    /// A reply to a wrapped schema without its wrapper; text that is none is left as it came.
    static func unwrapped(_ text: String) -> String {
        guard let value = try? JSONValue(parsing: text), let members = value.objectValue, members.count == 1,
            let inner = members[wrapper]
        else { return text }
        return inner.text
    }

    /// Whether a schema is of the kind that OpenAI binds strictly: closed objects whose members are all required.
    static func isStrict(_ schema: JSONValue) -> Bool {
        switch schema {
        case .array(let items): return items.allSatisfy(isStrict)
        case .object(let members):
            if members["type"]?.stringValue == "object" {
                let names = members["properties"]?.objectValue?.keys.sorted() ?? []
                let required = members["required"]?.arrayValue?.compactMap(\.stringValue).sorted() ?? []
                guard members["additionalProperties"] == false, names == required else { return false }
            }
            return members.values.allSatisfy(isStrict)
        default: return true
        }
    }
}
