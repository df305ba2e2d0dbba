package import LatheVocabulary
internal import Synchronization

/// A server `crm` with the tool `add`, whose calls a test answers; it keeps every call's arguments.
package final class StagedTools: ToolAccess {
    /// What becomes of a call, by the name that it adds.
    package typealias Answer =
        @Sendable (
            _ name: String, _ progress: @Sendable (ToolProgress) -> Void
        ) async throws(ToolError) -> String

    private let answer: Answer
    private let called = Mutex<[String]>([])

    package init(_ answer: @escaping Answer) { self.answer = answer }

    /// The names that were added, in order.
    package var names: [String] { called.withLock { $0 } }

    private static let json: JSONValue = [
        "name": "add", "description": "Add a contact.",
        "inputSchema": [
            "type": "object", "properties": ["name": ["type": "string"]], "required": ["name"],
        ],
        "annotations": ["openWorldHint": false],
    ]

    private func tool() throws(ToolError) -> ToolDefinition {
        guard let tool = ToolDefinition(server: "crm", json: Self.json) else { throw ToolError(.failed, "no name") }
        return tool
    }

    package func servers() async throws(ToolError) -> [String: Int?] { ["crm": 1] }

    package func server(_ pythonName: String) async throws(ToolError) -> OfferedServer {
        OfferedServer(name: "crm", pythonName: "crm", tools: ["add": "add"])
    }

    package func tool(_ pythonName: String, of server: String) async throws(ToolError) -> OfferedTool {
        OfferedTool(definition: try tool(), pythonName: "add", pythonServer: "crm")
    }

    package func definition(of tool: String, of server: String) async throws(ToolError) -> ToolDefinition {
        try self.tool()
    }

    package func resources(of server: String) -> OfferedResources {
        OfferedResources(server: server, resources: [], templates: [])
    }

    package func searched(_ unlisted: UnlistedServers) -> SearchedTools {
        SearchedTools(generation: 0, documents: [], ownNames: []) { _ in [] }
    }

    package func source(of tool: ToolDefinition) -> ToolSource {
        ToolSource(definition: "1", isRemote: false, hasCredentials: false)
    }

    package func call(
        _ tool: ToolDefinition, _ arguments: JSONValue, progress: @escaping @Sendable (ToolProgress) -> Void
    ) async throws(ToolError) -> ToolResult {
        let name = arguments["name"]?.stringValue ?? ""
        called.withLock { $0.append(name) }
        let text = try await answer(name, progress)
        let content: JSONValue = [["type": "text", "text": .string(text)]]
        return ToolResult(
            value: ["is_error": .bool(text == "bad"), "content": content], bytes: text.utf8.count,
            isError: text == "bad", sha256: "00")
    }

    /// Waits until the call is cancelled.
    package static func hang() async throws(ToolError) -> String {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
        throw ToolError(.cancelled, "it was cancelled")
    }
}
