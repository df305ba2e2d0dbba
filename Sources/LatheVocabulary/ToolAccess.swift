/// The tools of servers as code in kernels uses them, by the names that they have in Python.
///
/// A call is made once and never repeated. What is returned is what the server said: data of somebody else.
package protocol ToolAccess: Sendable {
    /// The servers whose tools may be used, by their names in Python, each with the number of tools that it had last; nil where
    /// it was not asked yet. Starts none.
    func servers() async throws(ToolError) -> [String: Int?]

    /// A server with the names of its tools, by the names that they have in Python.
    func server(_ pythonName: String) async throws(ToolError) -> OfferedServer

    /// A tool of a server, both by the names that they have in Python.
    func tool(_ pythonName: String, of server: String) async throws(ToolError) -> OfferedTool

    /// What there is to read of a server, by the name that it has in Python.
    func resources(of server: String) async throws(ToolError) -> OfferedResources

    /// The tool of a server, both by their own names, or its resource `resource:URI`; throws where it is not what the user allowed.
    func definition(of tool: String, of server: String) async throws(ToolError) -> ToolDefinition

    /// Where a tool comes from that `definition` gave.
    func source(of tool: ToolDefinition) throws(ToolError) -> ToolSource

    /// The tools of the allowed servers that can be found, as they were last listed.
    func searched(_ unlisted: UnlistedServers) async -> SearchedTools

    /// Calls a tool, or reads a resource, that `definition` gave. `progress` hears what its server says of how far it is, from any
    /// thread. Cancelling the task tells the server to stop.
    func call(
        _ tool: ToolDefinition, _ arguments: JSONValue, progress: @escaping @Sendable (ToolProgress) -> Void
    ) async throws(ToolError) -> ToolResult
}

/// A server as code sees it.
package struct OfferedServer: Sendable, Hashable {
    package var name: String
    package var pythonName: String
    /// The tools' own names, by the names that they have in Python.
    package var tools: [String: String]

    package init(name: String, pythonName: String, tools: [String: String]) {
        self.name = name
        self.pythonName = pythonName
        self.tools = tools
    }

    package var json: JSONValue {
        ["server": .string(name), "names": .object(tools.mapValues { .string($0) })]
    }
}

/// A tool as code sees it.
package struct OfferedTool: Sendable, Hashable {
    package var definition: ToolDefinition
    package var pythonName: String
    package var pythonServer: String

    package init(definition: ToolDefinition, pythonName: String, pythonServer: String) {
        self.definition = definition
        self.pythonName = pythonName
        self.pythonServer = pythonServer
    }

    package var json: JSONValue {
        [
            "server": .string(definition.server), "python_server": .string(pythonServer),
            "name": .string(definition.name), "python_name": .string(pythonName),
            "description": .string(definition.description), "input": definition.inputSchema,
            "output": definition.outputSchema ?? .null, "annotations": definition.json["annotations"] ?? [:],
        ]
    }
}

/// What a call of a tool gave.
package struct ToolResult: Sendable, Hashable {
    /// `is_error`, `content` and, where the server gave it, `structured`; nil where a file has it.
    package var value: JSONValue?
    /// The file with the same as JSON, relative to the session's folder, for what is too long for a message.
    package var file: String?
    package var bytes: Int
    /// Whether the server says that the call failed.
    package var isError: Bool
    /// Of the value as JSON; nil where nobody counted.
    package var sha256: String?

    package init(value: JSONValue?, file: String? = nil, bytes: Int, isError: Bool, sha256: String? = nil) {
        self.sha256 = sha256
        self.value = value
        self.file = file
        self.bytes = bytes
        self.isError = isError
    }

    /// The file that a recorded answer names, if it is one that a session keeps results in: nothing outside of its `tools`.
    package static func keptFile(_ answer: JSONValue) -> String? {
        guard let file = answer["file"]?.stringValue, file.hasPrefix("tools/"), !file.dropFirst(6).contains("/") else {
            return nil
        }
        return file
    }
}
