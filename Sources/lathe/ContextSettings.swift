internal import LatheVocabulary

/// `contexts` in `lathe.json`: `{"edits": 3, "tokens": 1000, "watch": 3}`, how far subtasks may edit their own contexts.
struct ContextSettings: Sendable, Hashable {
    var edits: Int?
    var tokens: Int?
    var watch: Int?

    private static let bounds = ["edits": 0...20, "tokens": 50...8_000, "watch": 1...20]

    /// Throws with what is wrong in `path`.
    init(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
        guard let value else { return }
        guard let members = value.objectValue, members.keys.allSatisfy({ Self.bounds[$0] != nil }) else {
            throw CommandFailure("\(path): contexts is an object of edits, tokens, watch.", exitCode: 2)
        }
        edits = try Self.number(members, "edits", path)
        tokens = try Self.number(members, "tokens", path)
        watch = try Self.number(members, "watch", path)
    }

    private static func number(
        _ members: [String: JSONValue], _ name: String, _ path: String
    ) throws(CommandFailure) -> Int? {
        guard let given = members[name], let range = bounds[name] else { return nil }
        guard let number = given.integerValue, range.contains(number) else {
            throw CommandFailure(
                "\(path): contexts.\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).",
                exitCode: 2)
        }
        return number
    }

    /// The project's settings before the user's, and those before what holds otherwise.
    func rules(over user: ContextSettings) -> ContextEditRules {
        var rules = ContextEditRules()
        rules.edits = edits ?? user.edits ?? rules.edits
        rules.tokens = tokens ?? user.tokens ?? rules.tokens
        rules.watch = watch ?? user.watch ?? rules.watch
        return rules
    }
}

extension ContextEditRules {
    /// As `lathe doctor` shows them.
    var text: String {
        guard edits > 0 else { return "a subtask may not edit its context; changed with contexts in lathe.json" }
        return
            "a subtask may edit its context \(edits) time\(edits == 1 ? "" : "s"), \(tokens) tokens; each edit is judged by the \(watch) turns after it; "
            + "changed with contexts in lathe.json"
    }
}
