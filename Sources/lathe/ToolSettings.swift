internal import LatheVocabulary

/// `tools` in `lathe.json`: `{"allow": […], "ask": […], "deny": […], "untrusted": […], "trusted": […], "allowExposed": […]}`,
/// patterns of `SERVER/TOOL`.
struct ToolSettings: Sendable, Hashable {
    var rules = ToolRules()
    /// The file.
    let path: String

    static let names = ["allow", "ask", "deny", "untrusted", "trusted", "allowExposed"]

    /// Throws with what is wrong in `path`.
    init(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
        self.path = path
        guard let value else { return }
        guard let members = value.objectValue, members.keys.allSatisfy({ Self.names.contains($0) }) else {
            throw CommandFailure("\(path): tools is an object of \(Self.names.joined(separator: ", ")).", exitCode: 2)
        }
        rules = ToolRules(
            allow: try Self.patterns(members["allow"], "allow", path),
            ask: try Self.patterns(members["ask"], "ask", path),
            deny: try Self.patterns(members["deny"], "deny", path),
            untrusted: try Self.patterns(members["untrusted"], "untrusted", path),
            trusted: try Self.patterns(members["trusted"], "trusted", path),
            allowExposed: try Self.patterns(members["allowExposed"], "allowExposed", path))
    }

    /// The user's rules with those of the project's file, which may have come with a clone: it can forbid and ask, and not allow.
    func tightened(by project: ToolSettings) -> ToolRules {
        ToolRules(
            allow: rules.allow, ask: rules.ask + project.rules.ask, deny: rules.deny + project.rules.deny,
            untrusted: rules.untrusted + project.rules.untrusted,
            trusted: rules.trusted, allowExposed: rules.allowExposed)
    }

    /// Its patterns, by what they say.
    var patterns: [(String, [String])] {
        let lists = [rules.allow, rules.ask, rules.deny, rules.untrusted, rules.trusted, rules.allowExposed]
        return zip(Self.names, lists).filter { !$1.isEmpty }
    }

    private static func patterns(
        _ value: JSONValue?, _ name: String, _ path: String
    ) throws(CommandFailure) -> [String] {
        guard let value else { return [] }
        let texts = value.arrayValue?.compactMap(\.stringValue) ?? []
        guard let items = value.arrayValue, items.count == texts.count, texts.allSatisfy({ $0.contains("/") }) else {
            throw CommandFailure(
                "\(path): tools.\(name) must be a list of patterns such as \"crm/add-contact\" or \"git/*\".",
                exitCode: 2)
        }
        return texts
    }
}
