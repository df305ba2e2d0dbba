package import LatheVocabulary
internal import Synchronization

/// Tools of servers that are not there: what they answer is their name; what was called is kept for the test to look at.
package final class ScriptedTools: ToolAccess {
    /// A tool by its full name, with what its server claims.
    package struct Tool: Sendable {
        var definition: ToolDefinition
        var source: ToolSource
    }

    private let tools: Mutex<[String: Tool]>
    private let made = Mutex<[String]>([])
    /// By server, each of which is at an address.
    private let listed: [String: OfferedResources]

    package init(_ tools: [Tool], resources: [OfferedResources] = []) {
        listed = Dictionary(resources.map { ($0.server, $0) }) { first, _ in first }
        self.tools = Mutex(Dictionary(tools.map { ($0.definition.fullName, $0) }) { first, _ in first })
    }

    package static func tool(
        _ name: String, reads: Bool? = nil, reachesOut: Bool? = nil, definition: String = "1", isRemote: Bool = false
    ) -> Tool? {
        let parts = name.split(separator: "/").map(String.init)
        var claims: [String: JSONValue] = [:]
        if let reads { claims["readOnlyHint"] = .bool(reads) }
        if let reachesOut { claims["openWorldHint"] = .bool(reachesOut) }
        let json: JSONValue = [
            "name": .string(parts[1]), "annotations": .object(claims), "inputSchema": ["type": "object"],
        ]
        return ToolDefinition(server: parts[0], json: json).map {
            Tool(
                definition: $0,
                source: ToolSource(definition: definition, isRemote: isRemote, hasCredentials: false))
        }
    }

    /// The calls that were made, with their arguments as JSON.
    package var calls: [String] { made.withLock { $0 } }

    /// The server says that the tool is another one now.
    package func change(_ name: String, to definition: String) {
        tools.withLock { $0[name]?.source.definition = definition }
    }

    package func servers() -> [String: Int?] {
        tools.withLock { tools in
            Dictionary(tools.values.map { ($0.definition.server, Int?.none) }) { first, _ in first }
        }
    }

    package func server(_ pythonName: String) -> OfferedServer {
        let names = tools.withLock { $0.values.map(\.definition) }.filter { $0.server == pythonName }.map(\.name)
        return OfferedServer(
            name: pythonName, pythonName: pythonName,
            tools: Dictionary(names.map { ($0, $0) }) { first, _ in first })
    }

    package func tool(_ pythonName: String, of server: String) throws(ToolError) -> OfferedTool {
        OfferedTool(
            definition: try definition(of: pythonName, of: server), pythonName: pythonName, pythonServer: server)
    }

    package func definition(of tool: String, of server: String) throws(ToolError) -> ToolDefinition {
        guard let found = tools.withLock({ $0["\(server)/\(tool)"] }) else {
            throw ToolError(.unknownTool, server: server, "it has no tool '\(tool)'")
        }
        return found.definition
    }

    package func resources(of server: String) -> OfferedResources {
        listed[server] ?? OfferedResources(server: server, resources: [], templates: [])
    }

    package func searched(_ unlisted: UnlistedServers) -> SearchedTools {
        SearchedTools(generation: 0, documents: [], ownNames: []) { _ in [] }
    }

    package func source(of tool: ToolDefinition) throws(ToolError) -> ToolSource {
        if tool.resourceURI != nil { return ToolSource(definition: "1", isRemote: true, hasCredentials: false) }
        guard let found = tools.withLock({ $0[tool.fullName] }) else {
            throw ToolError(.unknownTool, server: tool.server, "it has no tool '\(tool.name)'")
        }
        return found.source
    }

    package func call(
        _ tool: ToolDefinition, _ arguments: JSONValue, progress: @escaping @Sendable (ToolProgress) -> Void
    ) throws(ToolError) -> ToolResult {
        made.withLock { $0.append("\(tool.fullName) \(arguments.text)") }
        if tool.name == "fails" { throw ToolError(.refused, server: tool.server, "words of the server") }
        let answer: JSONValue = ["is_error": false, "content": [["type": "text", "text": .string(tool.name)]]]
        return ToolResult(value: answer, bytes: answer.text.utf8.count, isError: false, sha256: "00")
    }
}

/// A person whose answers are written down in the test; it keeps what was asked.
package final class ScriptedConsent: ToolConsent {
    private let seen = Mutex<[ToolRequest]>([])
    private let answers: @Sendable (ToolRequest) -> ConsentAnswer

    package init(_ answers: @escaping @Sendable (ToolRequest) -> ConsentAnswer) { self.answers = answers }

    package var requests: [ToolRequest] { seen.withLock { $0 } }

    package func answer(to request: ToolRequest) async -> ConsentAnswer {
        seen.withLock { $0.append(request) }
        return answers(request)
    }
}
