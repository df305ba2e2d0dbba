internal import LatheVocabulary

/// What the host, which has the rules for it, says of definitions without asking a server.
extension ToolHost {
    /// Tools as a search shows them, in the same order.
    func described(_ tools: [DescribedTool]) async throws(ToolError) -> [FoundTool] {
        guard !tools.isEmpty else { return [] }
        let given = tools.map { tool -> JSONValue in
            [
                "server": .string(tool.definition.server), "python_name": .string(tool.pythonName),
                "definition": tool.definition.json,
            ]
        }
        let answer = try await request("describe", ["tools": .array(given)], 30)
        let told = answer["tools"]?.arrayValue ?? []
        guard told.count == tools.count else {
            throw ToolError(.host, "the tool host gave an answer of another form")
        }
        return zip(tools, told).map { tool, told in
            FoundTool(
                path: tool.path, signature: told["signature"]?.stringValue ?? tool.pythonName + "(…)",
                shapes: (told["shapes"]?.arrayValue ?? []).compactMap(\.stringValue), server: tool.definition.server,
                summary: told["summary"]?.stringValue ?? "")
        }
    }

    /// The package of stub files of servers, each under its name in Python with `server` and `tools`.
    func stubs(_ servers: [String: JSONValue]) async throws(ToolError) -> (files: [String: String], mark: String) {
        let answer = try await request("stubs", ["servers": .object(servers)], 60)
        let files = (answer["files"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        guard let mark = answer["mark"]?.stringValue, !mark.isEmpty, files.count >= servers.count else {
            throw ToolError(.host, "the tool host gave an answer of another form")
        }
        return (files, mark)
    }
}
