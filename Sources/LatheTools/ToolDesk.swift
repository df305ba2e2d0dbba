internal import Foundation
package import LatheVocabulary

/// The servers of one project: what the user allowed of them, what they offer, and calls of it.
///
/// Nothing of a project is started that the user did not allow here with just this definition, and no tool is called whose definition is
/// not the one that was allowed.
package struct ToolDesk: Sendable {
    package let configuration: ToolConfiguration
    /// The project's folder, by which what the user allowed is kept.
    package let project: String
    let launch: ToolLaunch
    package let records: any ToolRecords
    package let host: ToolHost

    package static let listSeconds = 60.0
    /// How many servers are started at a time. More would only take processor time from each other, while the time of each to answer
    /// runs.
    private static let startsAtOnce = 8

    package init(
        configuration: ToolConfiguration, project: String, launch: ToolLaunch, records: any ToolRecords,
        host: ToolHost
    ) {
        self.configuration = configuration
        self.project = project
        self.launch = launch
        self.records = records
        self.host = host
    }

    /// The server of a name; throws where there is none, or where it is turned off.
    package func server(_ name: String) throws(ToolError) -> ToolServer {
        if let problem = configuration.problems.first(where: { $0.server == name }) { throw problem }
        guard let server = configuration[name] else {
            let known = configuration.servers.map(\.name).joined(separator: ", ")
            throw ToolError(
                .notDefined, "there is no server '\(name)'",
                mend: known.isEmpty ? "lathe tools add NAME COMMAND…" : "there are: \(known)")
        }
        guard !server.isOff else {
            throw ToolError(
                .configuration, server: name, "it is turned off (\"disabled\": true in \(server.origin.path))")
        }
        return server
    }

    /// The same desk with the files of servers read anew.
    package func readAgain() -> ToolDesk {
        ToolDesk(
            configuration: ToolConfiguration(project: project, userFile: configuration.userFile), project: project,
            launch: launch, records: records, host: host)
    }

    /// How a server's definition stands to what was allowed.
    package func standing(of server: ToolServer) throws(ToolError) -> ToolStanding {
        guard server.needsAllowance else { return .allowed }
        guard let allowed = try records.allowedServer(server.name, in: project) else { return .notAllowed }
        return allowed == server.pin ? .allowed : .changed(from: allowed)
    }

    /// Keeps that the user allowed the server as it is defined now. Its tools count as allowed as they are first listed.
    package func allow(_ server: ToolServer) throws(ToolError) {
        try records.allow(server.name, definition: server.pin, in: scope(server))
    }

    /// Keeps that the user allowed the server's tools as they are now.
    package func allow(toolsOf report: ToolReport) throws(ToolError) {
        let definitions = Dictionary(uniqueKeysWithValues: report.tools.map { ($0.definition.name, $0.definition.pin) })
        try records.allow(toolsOf: report.server.name, definitions, in: scope(report.server))
    }

    package func forget(_ server: String) throws(ToolError) {
        for scope in [project, ""] { try records.forget(server, in: scope) }
    }

    /// Throws where a server cannot be started as it is written: a variable is not set, its program is not on its PATH.
    package func check(_ server: ToolServer) throws(ToolError) {
        let definition = try launch.definition(of: server)
        guard let command = definition["command"]?.stringValue, !command.contains("/") else { return }
        let path = definition["env"]?["PATH"]?.stringValue ?? "/bin:/usr/bin"
        let isThere = path.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(command)")
        }
        guard isThere else {
            throw ToolError(
                .notFound, server: server.name, "there is no program '\(command)' on its PATH",
                mend: "install it, or write its whole path")
        }
    }

    // MARK: Listing

    /// One server with its tools: asked, or where that cannot be, what it said last.
    package func report(on server: ToolServer) async -> ToolReport {
        var report = ToolReport(server: server, standing: .notAllowed)
        do throws(ToolError) {
            report.standing = try standing(of: server)
            if report.standing == .allowed, !server.isOff {
                let clock = ContinuousClock.now
                let entry = try await list(server, problems: &report.problems)
                report.seconds = clock.duration(to: .now) / .seconds(1)
                try fill(&report, from: entry, isNew: true)
                return report
            }
        } catch {
            report.error = error
        }
        do throws(ToolError) {
            if let entry = try records.listed(server.name, in: scope(server)) {
                try fill(&report, from: entry, isNew: false)
            }
        } catch {
            report.error = report.error ?? error
        }
        return report
    }

    /// Servers with their tools, some asked at the same time; by name.
    package func reports(on servers: [ToolServer]) async -> [ToolReport] {
        await servers.mapped(atOnce: Self.startsAtOnce) { await report(on: $0) }
            .sorted { $0.server.name < $1.server.name }
    }

    private func list(_ server: ToolServer, problems: inout [String]) async throws(ToolError) -> ToolCatalogueEntry {
        try await define(server)
        let answer = try await host.ask("list", of: server.name, seconds: Self.listSeconds)
        for problem in answer["problems"]?.arrayValue ?? [] {
            let tool = problem["tool"]?.stringValue ?? ""
            problems.append((tool.isEmpty ? "" : tool + ": ") + (problem["reason"]?.stringValue ?? ""))
        }
        return ToolCatalogueEntry(
            tools: (answer["tools"]?.arrayValue ?? []).compactMap { ToolDefinition(server: server.name, json: $0) },
            about: answer["about"] ?? .null, time: RunClock.shared.now)
    }

    /// Compares what a server said with what was allowed; what it says for the first time is allowed with it.
    private func fill(_ report: inout ToolReport, from entry: ToolCatalogueEntry, isNew: Bool) throws(ToolError) {
        let (name, scope) = (report.server.name, scope(report.server))
        var allowed = try records.allowedTools(of: name, in: scope)
        if isNew {
            if allowed.isEmpty, try records.listed(name, in: scope) == nil {
                allowed = Dictionary(entry.tools.map { ($0.name, $0.pin) }) { first, _ in first }
                try records.allow(toolsOf: name, allowed, in: scope)
            }
            try records.hold(entry, of: name, in: scope)
        }
        report.about = entry.about
        report.tools = entry.tools.map { tool in
            let standing: ToolStanding =
                switch allowed[tool.name] {
                case nil: .notAllowed
                case tool.pin: .allowed
                case .some(let old): .changed(from: old)
                }
            return ToolReport.Tool(definition: tool, standing: standing)
        }
        report.gone = allowed.keys.filter { name in !entry.tools.contains { $0.name == name } }.sorted()
    }

    func scope(_ server: ToolServer) -> String { server.needsAllowance ? project : "" }

    // MARK: Calling

    /// Calls a tool once; a call that failed is never repeated. The answer has `is_error`, `content`, and `structured` where the
    /// server gave it.
    package func call(
        _ tool: String, of server: ToolServer, _ arguments: JSONValue, seconds: Double
    ) async throws(ToolError) -> JSONValue {
        try requireAllowed(server)
        let report = await report(on: server)
        if let error = report.error { throw error }
        _ = try usable(try report.tool(tool), of: server)
        return try await host.ask(
            "call", of: server.name, ["tool": .string(tool), "arguments": arguments], seconds: seconds)
    }

    /// Throws where the user did not allow the server as it is now.
    func requireAllowed(_ server: ToolServer) throws(ToolError) {
        let mend = "lathe tools allow \(server.name)"
        switch try standing(of: server) {
        case .allowed: break
        case .notAllowed: throw ToolError(.notAllowed, server: server.name, "it may not be started here", mend: mend)
        case .changed: throw ToolError(.changed, server: server.name, "it is no longer what was allowed", mend: mend)
        }
    }

    /// The definition of a tool; throws where it is not the one that was allowed.
    func usable(_ tool: ToolReport.Tool, of server: ToolServer) throws(ToolError) -> ToolDefinition {
        guard tool.standing == .allowed else {
            let what = tool.standing == .notAllowed ? "is new" : "is no longer what it was"
            throw ToolError(
                .changed, server: server.name, "the tool \(tool.definition.name) \(what) since the server was allowed",
                mend: "lathe tools allow \(server.name)")
        }
        return tool.definition
    }

    /// When a server was last listed, by any run of lathe; nil where it never was.
    func listingStamp(of server: ToolServer) throws(ToolError) -> ToolListingStamp? {
        try records.listingStamp(of: server.name, in: scope(server))
    }

    /// One tool of a server's last listing.
    func listedTool(_ tool: String, of server: ToolServer) throws(ToolError) -> ToolDefinition? {
        try records.listedTool(tool, of: server.name, in: scope(server))
    }

    /// The tools of a server's last listing that may be used, and the names of all.
    func usableTools(of server: ToolServer) throws(ToolError) -> (usable: [ToolDefinition], names: [String]) {
        let scope = scope(server)
        guard let entry = try records.listed(server.name, in: scope) else { return ([], []) }
        let allowed = try records.allowedTools(of: server.name, in: scope)
        return (entry.tools.filter { allowed[$0.name] == $0.pin }, entry.tools.map(\.name))
    }
}
