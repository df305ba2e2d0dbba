/// How a server, or a tool of it, stands to what the user allowed.
package enum ToolStanding: Sendable, Hashable {
    case allowed
    /// Never allowed here; of a tool: new since the others were allowed.
    case notAllowed
    /// Allowed once, with this definition.
    case changed(from: String)

    package var word: String {
        switch self {
        case .allowed: "allowed"
        case .notAllowed: "not_allowed"
        case .changed: "changed"
        }
    }
}

/// One server with its tools, as it is now.
package struct ToolReport: Sendable, Hashable {
    package struct Tool: Sendable, Hashable {
        package var definition: ToolDefinition
        package var standing: ToolStanding

        package init(definition: ToolDefinition, standing: ToolStanding) {
            self.definition = definition
            self.standing = standing
        }
    }

    package var server: ToolServer
    package var standing: ToolStanding
    package var tools: [Tool] = []
    /// Tools that were allowed, and that the server no longer has.
    package var gone: [String] = []
    /// What the server says of itself; nil where it was never asked.
    package var about: JSONValue?
    /// What is wrong with some of its tools, one sentence each.
    package var problems: [String] = []
    /// Why it could not be asked; `tools` is then what it said last.
    package var error: ToolError?
    /// Seconds that it took to be ready and to list its tools.
    package var seconds: Double?

    package init(server: ToolServer, standing: ToolStanding) {
        self.server = server
        self.standing = standing
    }

    /// A tool by its name.
    package func tool(_ name: String) throws(ToolError) -> Tool {
        if let found = tools.first(where: { $0.definition.name == name }) { return found }
        let known = tools.map(\.definition.name).joined(separator: ", ")
        throw ToolError(
            .unknownTool, server: server.name, "it has no tool '\(name)'",
            mend: known.isEmpty ? "" : "it has: \(known.prefix(500))")
    }

    /// Tools that were not allowed as they are.
    package var unsettled: [Tool] { tools.filter { $0.standing != .allowed } }
}
