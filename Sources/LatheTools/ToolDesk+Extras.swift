package import LatheVocabulary

extension ToolDesk {
    /// What a server has beside tools, asked where its tools could be asked; empty for a server that could not.
    package func extras(of report: ToolReport) async -> ToolExtras {
        guard report.error == nil, report.standing == .allowed, !report.server.isOff else { return ToolExtras() }
        let server = report.server.name
        var extras = ToolExtras()
        do throws(ToolError) {
            let resources = try await host.ask("resources", of: server, seconds: Self.listSeconds)
            extras.resources = resources["resources"]?.arrayValue ?? []
            extras.templates = resources["templates"]?.arrayValue ?? []
            extras.prompts =
                try await host.ask("prompts", of: server, seconds: Self.listSeconds)["prompts"]?.arrayValue ?? []
        } catch {
            extras.error = error
        }
        return extras
    }

    /// A resource's contents; starts the server where the user allowed it.
    package func read(_ uri: String, of server: ToolServer, seconds: Double) async throws(ToolError) -> JSONValue {
        try await ready(server)
        return try await host.ask("read", of: server.name, ["uri": .string(uri)], seconds: seconds)
    }

    /// The messages of a prompt; starts the server where the user allowed it.
    package func prompt(
        _ name: String, of server: ToolServer, _ arguments: JSONValue, seconds: Double
    ) async throws(ToolError) -> JSONValue {
        try await ready(server)
        return try await host.ask(
            "prompt", of: server.name, ["name": .string(name), "arguments": arguments], seconds: seconds)
    }

    /// Sees that the host knows an allowed server.
    func ready(_ server: ToolServer) async throws(ToolError) {
        try requireAllowed(server)
        try await define(server)
    }
}
