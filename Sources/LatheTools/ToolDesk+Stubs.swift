package import LatheVocabulary

extension ToolDesk {
    /// The stub files of servers with tools, by their paths below the folder that they are for, and the line by which they are known.
    package func stubs(of reports: [ToolReport]) async throws(ToolError) -> (files: [String: String], mark: String) {
        let names = try await host.pythonNames(of: configuration.servers.map(\.name))
        var servers: [String: JSONValue] = [:]
        for report in reports {
            let tools = report.tools.filter { $0.standing == .allowed }.map(\.definition.json)
            servers[names[report.server.name] ?? report.server.name] = [
                "server": .string(report.server.name), "tools": .array(tools),
            ]
        }
        return try await host.stubs(servers)
    }
}
