package import LatheVocabulary

/// Logins at servers at an address.
extension ToolDesk {
    /// Tells the host how a server is reached; nothing is started yet.
    func define(_ server: ToolServer) async throws(ToolError) {
        let definition = try launch.definition(of: server)
        try await host.define(server.name, definition, login: try loginFile(of: server))
    }

    /// Absolute path of the file that keeps its login, which need not be there; nil for what is at no address.
    func loginFile(of server: ToolServer) throws(ToolError) -> String? {
        guard let url = try launch.definition(of: server)["url"]?.stringValue else { return nil }
        return try launch.loginFile(of: server.name, at: url, in: scope(server))
    }

    /// Logs in as the server wants it; false where it wants no login. The host tells the address to go to.
    package func logIn(_ server: ToolServer, seconds: Double) async throws(ToolError) -> Bool {
        try await requireAddress(server)
        let answer = try await host.ask("login", of: server.name, seconds: seconds)
        return answer["logged_in"]?.boolValue == true
    }

    /// Forgets a login. `was` says whether there was one, `isRevoked` whether the other side knows.
    package func logOut(_ server: ToolServer) async throws(ToolError) -> (was: Bool, isRevoked: Bool) {
        try await requireAddress(server)
        let answer = try await host.ask("logout", of: server.name, seconds: Self.listSeconds)
        return (answer["was"]?.boolValue == true, answer["revoked"]?.boolValue == true)
    }

    private func requireAddress(_ server: ToolServer) async throws(ToolError) {
        guard server.definition["url"] != nil else {
            throw ToolError(
                .configuration, server: server.name, "only a server at an address takes a login",
                mend: "give a program what it wants in \"env\"")
        }
        try requireAllowed(server)
        try await define(server)
    }
}
