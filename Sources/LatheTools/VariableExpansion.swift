package import LatheVocabulary

/// `${NAME}` and `${NAME:-DEFAULT}` in the texts of a server's definition. What else a `$` begins stays as it is.
package enum VariableExpansion {
    private enum Piece {
        case text(Substring)
        case variable(String, standIn: Substring?)
    }

    /// All texts of a value, at any depth, with their variables replaced.
    ///
    /// A variable that is not set, or is empty where there is a default, takes the default. `missing` gets the names that are
    /// not set and have none.
    static func expanded(
        _ value: JSONValue, _ environment: [String: String], missing: inout [String]
    ) -> JSONValue {
        switch value {
        case .string(let text): return .string(expanded(text, environment, missing: &missing))
        case .array(let items): return .array(items.map { expanded($0, environment, missing: &missing) })
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                result[key] = expanded(member, environment, missing: &missing)
            }
            return .object(result)
        default: return value
        }
    }

    /// The names of all variables in a value, each once, in the order of its keys.
    package static func names(in value: JSONValue) -> [String] {
        var names: [String] = []
        collect(value, into: &names)
        return names
    }

    private static func expanded(
        _ text: String, _ environment: [String: String], missing: inout [String]
    ) -> String {
        var out = ""
        for piece in pieces(text) {
            switch piece {
            case .text(let text): out += text
            case .variable(let name, let standIn):
                let value = environment[name]
                if let value, !(value.isEmpty && standIn != nil) {
                    out += value
                } else if let standIn {
                    out += standIn
                } else if !missing.contains(name) {
                    missing.append(name)
                }
            }
        }
        return out
    }

    private static func collect(_ value: JSONValue, into names: inout [String]) {
        switch value {
        case .string(let text):
            for case .variable(let name, _) in pieces(text) where !names.contains(name) { names.append(name) }
        case .array(let items): for item in items { collect(item, into: &names) }
        case .object(let members):
            for (_, member) in members.sorted(by: { $0.key < $1.key }) { collect(member, into: &names) }
        default: break
        }
    }

    private static func pieces(_ text: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let begin = rest.firstRange(of: "${"), let end = rest[begin.upperBound...].firstIndex(of: "}") {
            pieces.append(.text(rest[..<begin.lowerBound]))
            let inside = rest[begin.upperBound..<end]
            let mark = inside.firstRange(of: ":-")
            let name = String(mark.map { inside[..<$0.lowerBound] } ?? inside)
            pieces.append(
                isName(name)
                    ? .variable(name, standIn: mark.map { inside[$0.upperBound...] })
                    : .text(rest[begin.lowerBound...end]))
            rest = rest[rest.index(after: end)...]
        }
        return pieces + [.text(rest)]
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
        }
    }
}
