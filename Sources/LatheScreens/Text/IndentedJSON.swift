package import LatheVocabulary

/// A value as JSON for people to read: two spaces a level, keys sorted.
package enum IndentedJSON {
    package static func text(_ value: JSONValue) -> String {
        var out = ""
        write(value, indent: 0, to: &out)
        return out
    }

    private static func write(_ value: JSONValue, indent: Int, to out: inout String) {
        switch value {
        case .array(let items) where !items.isEmpty:
            lines(items.map { ("", $0) }, indent, ("[", "]"), to: &out)
        case .object(let members) where !members.isEmpty:
            let sorted = members.sorted { $0.key < $1.key }
            lines(sorted.map { (JSONValue.string($0.key).text + ": ", $0.value) }, indent, ("{", "}"), to: &out)
        default: out += value.text
        }
    }

    private static func lines(
        _ members: [(String, JSONValue)], _ indent: Int, _ brackets: (String, String), to out: inout String
    ) {
        out += brackets.0
        for (index, member) in members.enumerated() {
            out += (index > 0 ? ",\n" : "\n") + String(repeating: "  ", count: indent + 1) + member.0
            write(member.1, indent: indent + 1, to: &out)
        }
        out += "\n" + String(repeating: "  ", count: indent) + brackets.1
    }
}
