internal import LatheVocabulary

/// The only tools of servers that an agent may call: those that every list names, its own and those of the agents above it.
struct ToolAllowance: Sendable, Hashable {
    struct List: Sendable, Hashable {
        /// The agent whose definition has it.
        var agent: String
        /// Patterns of `SERVER/TOOL`.
        var patterns: [String]
    }

    /// Empty for all that the session may.
    private(set) var lists: [List] = []

    /// What an agent may call that code under this allowance delegates to: at most the same.
    func narrowed(by agent: Agent) -> ToolAllowance {
        guard let patterns = agent.tools else { return self }
        return ToolAllowance(lists: lists + [List(agent: agent.name, patterns: patterns)])
    }

    /// Throws for a tool that one of the lists does not name.
    func require(_ server: String, _ tool: String) throws(HostRefusal) {
        let name = "\(server)/\(tool)"
        guard let list = lists.first(where: { !Self.fits(name, $0) }) else { return }
        let what = list.patterns.isEmpty ? "no tools" : "only \(list.patterns.joined(separator: ", "))"
        throw HostRefusal(
            "not_allowed",
            "agent \(list.agent) may call \(what.singleLine(upTo: 500)), as its TOOLS say: do without "
                + name.singleLine(upTo: 200))
    }

    func allows(_ server: String, _ tool: String) -> Bool {
        allows("\(server)/\(tool)")
    }

    /// `name` is `SERVER/TOOL`.
    func allows(_ name: String) -> Bool {
        lists.allSatisfy { Self.fits(name, $0) }
    }

    /// Whether each list names anything of a server.
    func names(_ server: String) -> Bool {
        lists.allSatisfy { list in
            list.patterns.contains { pattern in
                pattern.firstIndex(of: "/").map { ToolRules.fits(server, String(pattern[..<$0])) } ?? false
            }
        }
    }

    private static func fits(_ name: String, _ list: List) -> Bool {
        list.patterns.contains { ToolRules.fits(name, $0) }
    }
}
