internal import LatheVocabulary

/// What the parser takes, it writes so that it reads the same again.
enum JSONFuzz {
    static func run(_ input: [UInt8]) {
        guard let value = try? JSONValue(parsing: input) else { return }
        demand(depth(value) <= 64, "deeper than the limit")
        guard let again = try? JSONValue(parsing: Array(value.text.utf8)) else {
            return demand(false, "what was written cannot be read")
        }
        demand(again == value, "written and read again it is something else")
    }

    private static func depth(_ value: JSONValue) -> Int {
        switch value {
        case .array(let values): 1 + (values.map(depth).max() ?? 0)
        case .object(let fields): 1 + (fields.values.map(depth).max() ?? 0)
        default: 0
        }
    }
}
