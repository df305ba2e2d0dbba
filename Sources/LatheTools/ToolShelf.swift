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
        /// Names in Python by names, of servers (under the empty text) and of the tools of each.
        var names: [String: [String: String]] = [:]
    }

    private let desk: ToolDesk
    private let folder: String
    private let seconds: Double
    private let state = Mutex(State())

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
        let usable = try usableServers()
        let names = try await pythonNames(of: usable.map(\.name), under: "")
        var found: [String: Int?] = [:]
        for server in usable {
            let listed = try desk.lastListed(server)
            found[names[server.name] ?? server.name] = .some(listed?.tools.count)
        }
        return found
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
        return try desk.usable(try report.tool(tool), of: own)
    }

    package func source(of tool: ToolDefinition) throws(ToolError) -> ToolSource { try desk.source(of: tool) }

    package func call(_ tool: ToolDefinition, _ arguments: JSONValue) async throws(ToolError) -> ToolResult {
        let answer = try await desk.host.ask(
            "call", of: tool.server, ["tool": .string(tool.name), "arguments": arguments], seconds: seconds)
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
        let names = try await pythonNames(of: all.map(\.name), under: "")
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
        try await pythonNames(of: report.tools.map(\.definition.name), under: report.server.name)
    }

    /// Asks the host, which has the rule, unless it is known for just these names.
    private func pythonNames(of names: [String], under scope: String) async throws(ToolError) -> [String: String] {
        let known = state.withLock { $0.names[scope] ?? [:] }
        if Set(known.keys) == Set(names) { return known }
        let given = try await desk.host.pythonNames(of: names)
        state.withLock { $0.names[scope] = given }
        return given
    }
}
