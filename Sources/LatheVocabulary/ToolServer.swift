/// A server of tools as it is configured: an MCP server, or a Python file of the project.
package struct ToolServer: Sendable, Hashable {
    /// Where its definition was written; all paths are absolute.
    package enum Origin: Sendable, Hashable {
        /// The project's `.mcp.json`: it may have come with a cloned repository.
        case project(String)
        /// The user's own file, which nobody else writes.
        case user(String)
        /// A Python file in the project's `tools`.
        case file(String)

        package var path: String {
            switch self {
            case .project(let path), .user(let path), .file(let path): path
            }
        }
    }

    package var name: String
    package var origin: Origin
    /// As it was written, variables not replaced. Of a Python file, its text.
    package var definition: JSONValue
    /// Written down, but turned off.
    package var isOff: Bool

    package init(name: String, origin: Origin, definition: JSONValue, isOff: Bool = false) {
        self.name = name
        self.origin = origin
        self.definition = definition
        self.isOff = isOff
    }

    /// What is compared with what the user allowed.
    package var pin: String { definition.text }

    /// Whether starting it needs the user's word: all but the user's own file does.
    package var needsAllowance: Bool {
        if case .user = origin { false } else { true }
    }

    /// How it is reached, on one line; variables not replaced, values of the environment and of headers left out.
    package var way: String {
        if case .file(let path) = origin { return path }
        if let url = definition["url"]?.stringValue { return url }
        let words = [definition["command"]] + (definition["args"]?.arrayValue ?? [])
        return words.compactMap { $0?.stringValue }.joined(separator: " ")
    }
}
