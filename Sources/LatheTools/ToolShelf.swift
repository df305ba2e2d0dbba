internal import Foundation
package import LatheVocabulary
internal import Synchronization

/// The tools of a project's servers for one session: each server is started and listed when code first wants it, and listed
/// again when it says that its tools changed, or was started anew.
package final class ToolShelf: ToolAccess {
    private struct State {
        var reports: [String: ToolReport] = [:]
        /// The listings that a piece of news came after: what was asked before it counts no more.
        var generation: [String: Int] = [:]
    }

    let desk: ToolDesk
    private let folder: String
    private let seconds: Double
    private let names: PythonNames
    private let state = Mutex(State())
    private let catalogue: ToolCatalogue

    /// Results that are longer lie in a file of the session's folder.
    package static let longestMessage = 256 << 10

    /// - Parameters:
    ///   - desk: the servers, and what the user allowed of them.
    ///   - folder: absolute path of the session's folder.
    ///   - seconds: what a call may take.
    package init(desk: ToolDesk, folder: String, seconds: Double = 300) {
        self.desk = desk
        self.folder = folder
        self.seconds = seconds
        let known = PythonNames(host: desk.host)
        names = known
        catalogue = ToolCatalogue(desk: desk) { names, scope throws(ToolError) in
            try await known.names(of: names, under: scope)
        }
    }

    /// Takes what a server told while it worked.
    package func hear(_ news: ToolHost.News) {
        switch news {
        case .toolsChanged(let server), .ended(let server, _):
            state.withLock { state in
                state.reports[server] = nil
                state.generation[server, default: 0] += 1
            }
        case .progress, .started, .login: break
        }
    }

    // MARK: What there is

    package func servers() async throws(ToolError) -> [String: Int?] {
        let names = try await serverNames()
        let counts = await catalogue.counts(of: try usableServers())
        return Dictionary(counts.map { (names[$0.key] ?? $0.key, $0.value) }) { first, _ in first }
    }

    package func searched(_ unlisted: UnlistedServers) async -> SearchedTools {
        do throws(ToolError) {
            return await catalogue.searched(try usableServers(), unlisted)
        } catch {
            return SearchedTools(generation: 0, documents: [], ownNames: [], unsearched: [error.reason]) { _ in [] }
        }
    }

    package func server(_ pythonName: String) async throws(ToolError) -> OfferedServer {
        let server = try await server(called: pythonName)
        let report = try await report(on: server)
        let names = try await names(of: report)
        let tools = report.tools.filter { $0.standing == .allowed }.map { ($0.definition.name, $0.definition.name) }
        return OfferedServer(
            name: server.name, pythonName: pythonName,
            tools: Dictionary(tools.map { (names[$0.0] ?? $0.0, $0.1) }) { first, _ in first })
    }

    package func tool(_ pythonName: String, of server: String) async throws(ToolError) -> OfferedTool {
        let own = try await self.server(called: server)
        let report = try await report(on: own)
        let names = try await names(of: report)
        guard let found = report.tools.first(where: { names[$0.definition.name] == pythonName }) else {
            let known = report.tools.compactMap { names[$0.definition.name] }.sorted().joined(separator: ", ")
            throw ToolError(
                .unknownTool, server: own.name, "it has no tool '\(pythonName)'",
                mend: known.isEmpty ? "" : "it has: \(known.prefix(500))")
        }
        return OfferedTool(
            definition: try desk.usable(found, of: own), pythonName: pythonName, pythonServer: server)
    }

    package func definition(of tool: String, of server: String) async throws(ToolError) -> ToolDefinition {
        let own = try desk.server(server)
        let report = try await report(on: own)
        let isTool = report.tools.contains { $0.definition.name == tool }
        if !isTool, tool.hasPrefix(ToolDefinition.resourcePrefix) {
            let uri = String(tool.dropFirst(ToolDefinition.resourcePrefix.count))
            let listed = try await resources(of: own).resources
            return ToolDefinition(
                resource: uri, of: own.name, isListed: listed.contains { $0["uri"]?.stringValue == uri })
        }
        return try desk.usable(try report.tool(tool), of: own)
    }

    package func source(of tool: ToolDefinition) throws(ToolError) -> ToolSource { try desk.source(of: tool) }

    package func call(
        _ tool: ToolDefinition, _ arguments: JSONValue, progress: @escaping @Sendable (ToolProgress) -> Void
    ) async throws(ToolError) -> ToolResult {
        let answer = try await answer(tool, arguments, progress)
        let whole = answer.text
        let text = Array(whole.utf8)
        let sha256 = try SHA256.of(whole)
        let isError = answer["is_error"]?.boolValue == true
        guard text.count > Self.longestMessage else {
            return ToolResult(value: answer, bytes: text.count, isError: isError, sha256: sha256)
        }
        let file = "tools/\(UUID().uuidString.lowercased()).json"
        do {
            try FileManager.default.createDirectory(atPath: folder + "/tools", withIntermediateDirectories: true)
            try Data(text).write(to: URL(fileURLWithPath: "\(folder)/\(file)"), options: .withoutOverwriting)
        } catch {
            throw ToolError(
                .badResult, server: tool.server, "it answered, but its \(text.count) bytes cannot be kept: \(error)",
                mend: "make room; the call itself was done")
        }
        return ToolResult(value: nil, file: file, bytes: text.count, isError: isError, sha256: sha256)
    }

    private func answer(
        _ tool: ToolDefinition, _ arguments: JSONValue, _ progress: @escaping @Sendable (ToolProgress) -> Void
    ) async throws(ToolError) -> JSONValue {
        guard let uri = tool.resourceURI else {
            return try await desk.host.ask(
                "call", of: tool.server, ["tool": .string(tool.name), "arguments": arguments], seconds: seconds,
                progress: progress)
        }
        let read = try await desk.host.ask("read", of: tool.server, ["uri": .string(uri)], seconds: seconds)
        let parts = (read["contents"]?.arrayValue ?? []).map { part -> JSONValue in
            ["type": "resource", "resource": part]
        }
        return ["is_error": false, "content": .array(parts)]
    }

    package func resources(of pythonServer: String) async throws(ToolError) -> OfferedResources {
        try await resources(of: try await server(called: pythonServer))
    }

    private func resources(of server: ToolServer) async throws(ToolError) -> OfferedResources {
        try await desk.ready(server)
        let answer = try await desk.host.ask("resources", of: server.name, seconds: ToolDesk.listSeconds)
        return OfferedResources(
            server: server.name, resources: answer["resources"]?.arrayValue ?? [],
            templates: answer["templates"]?.arrayValue ?? [])
    }

    // MARK: Below

    /// The servers that the user allowed as they are.
    private func usableServers() throws(ToolError) -> [ToolServer] {
        var usable: [ToolServer] = []
        for server in desk.configuration.servers where !server.isOff {
            if try desk.standing(of: server) == .allowed { usable.append(server) }
        }
        return usable
    }

    private func server(called pythonName: String) async throws(ToolError) -> ToolServer {
        let all = desk.configuration.servers
        let names = try await serverNames()
        guard let server = all.first(where: { names[$0.name] == pythonName }) else {
            let known = names.values.sorted().joined(separator: ", ")
            throw ToolError(
                .notDefined, "there is no server '\(pythonName)'",
                mend: known.isEmpty ? "the user can add one: lathe tools add" : "there are: \(known.prefix(500))")
        }
        try desk.requireAllowed(try desk.server(server.name))
        return server
    }

    private func report(on server: ToolServer) async throws(ToolError) -> ToolReport {
        try desk.requireAllowed(server)
        let (kept, generation) = state.withLock { ($0.reports[server.name], $0.generation[server.name, default: 0]) }
        if let kept { return kept }
        let report = await desk.report(on: server)
        if let error = report.error { throw error }
        state.withLock { state in
            guard state.generation[server.name, default: 0] == generation else { return }
            state.reports[server.name] = report
        }
        return report
    }

    private func names(of report: ToolReport) async throws(ToolError) -> [String: String] {
        try await names.names(of: report.tools.map(\.definition.name), under: report.server.name)
    }

    private func serverNames() async throws(ToolError) -> [String: String] {
        try await names.names(of: desk.configuration.servers.map(\.name), under: "")
    }
}
