internal import LatheVocabulary
internal import Synchronization

/// What the allowed servers said when they were last listed, as what a search looks through; of a server, it is read again
/// only after it was listed or allowed anew.
final class ToolCatalogue: Sendable {
    private struct State {
        var listed: [String: ListedTools] = [:]
        var generation = 0
        /// Servers that could not be listed, and when that was tried.
        var failures: [String: (error: ToolError, time: ContinuousClock.Instant)] = [:]
        /// Servers that are being listed.
        var underWay: [String: Task<Void, Never>] = [:]
    }

    private let desk: ToolDesk
    private let names: @Sendable ([String], _ scope: String) async throws(ToolError) -> [String: String]
    private let state = Mutex(State())
    /// A server that could not be listed is left alone by searches for so long.
    private static let rest = Duration.seconds(60)

    /// `names` gives the names in Python of servers (the scope is then empty) or of the tools of the server that is the scope.
    init(
        desk: ToolDesk,
        names: @escaping @Sendable ([String], _ scope: String) async throws(ToolError) -> [String: String]
    ) {
        self.desk = desk
        self.names = names
    }

    /// The tools of these servers, and which of them could not be looked through.
    func searched(_ servers: [ToolServer], _ unlisted: UnlistedServers) async -> SearchedTools {
        var (stamps, problems) = stamps(of: servers)
        let missing = servers.filter { stamps[$0.name] == nil && problems[$0.name] == nil }
        if case .listed(let seconds) = unlisted, !missing.isEmpty {
            await list(missing, seconds)
            (stamps, problems) = self.stamps(of: servers)
        }
        for server in servers {
            guard let stamp = stamps[server.name] else { continue }
            do throws(ToolError) {
                try await take(server, stamp)
            } catch {
                problems[server.name] = error.reason
            }
        }
        return joined(servers, problems.merging(unlistedReasons(servers, stamps)) { first, _ in first })
    }

    /// How many tools each of these servers had last; nil for one that was never listed.
    func counts(of servers: [ToolServer]) async -> [String: Int?] {
        _ = await searched(servers, .leftOut)
        return state.withLock { state in
            Dictionary(servers.map { ($0.name, state.listed[$0.name]?.total) }) { first, _ in first }
        }
    }

    // MARK: Reading

    private func stamps(of servers: [ToolServer]) -> (stamps: [String: ToolListingStamp], problems: [String: String]) {
        var (stamps, problems): ([String: ToolListingStamp], [String: String]) = ([:], [:])
        for server in servers {
            do throws(ToolError) {
                stamps[server.name] = try desk.listingStamp(of: server)
            } catch {
                problems[server.name] = error.reason
            }
        }
        return (stamps, problems)
    }

    private func take(_ server: ToolServer, _ stamp: ToolListingStamp) async throws(ToolError) {
        guard state.withLock({ $0.listed[server.name]?.stamp }) != stamp else { return }
        let (allowed, total) = try desk.usableTools(of: server)
        let servers = try await names(desk.configuration.servers.map(\.name), "")
        let tools = try await names(total, server.name)
        let new = ListedTools(
            allowed, of: server, total: total.count, stamp: stamp, pythonServer: servers[server.name] ?? server.name,
            names: tools)
        state.withLock { state in
            if state.listed[server.name]?.documents != new.documents { state.generation += 1 }
            state.listed[server.name] = new
            state.failures[server.name] = nil
        }
    }

    private func joined(_ servers: [ToolServer], _ problems: [String: String]) -> SearchedTools {
        let (lists, generation) = state.withLock { state in
            let names = Set(servers.map(\.name))
            // A server that is there no more, or may not be used any more.
            for gone in state.listed.keys where !names.contains(gone) {
                state.listed[gone] = nil
                state.generation += 1
            }
            return (servers.compactMap { state.listed[$0.name] }, state.generation)
        }
        let unsearched = problems.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
        return SearchedTools(
            generation: generation, documents: lists.flatMap(\.documents), ownNames: lists.flatMap(\.ownNames),
            unsearched: unsearched, describe: { [desk] paths in await Self.described(paths, lists, desk) })
    }

    /// A tool that was listed anew meanwhile is described as it is now.
    private static func described(_ paths: [String], _ lists: [ListedTools], _ desk: ToolDesk) async -> [FoundTool] {
        let found = paths.compactMap { path -> DescribedTool? in
            for list in lists {
                guard let names = list.names[path] else { continue }
                guard let definition = try? desk.listedTool(names.own, of: list.server) else { return nil }
                return DescribedTool(path: path, pythonName: names.python, definition: definition)
            }
            return nil
        }
        return (try? await desk.host.described(found)) ?? []
    }

    // MARK: Listing

    /// Asks servers at the same time and waits for all, for at most so many seconds; what takes longer goes on.
    private func list(_ servers: [ToolServer], _ seconds: Double) async {
        let now = ContinuousClock.now
        let tasks = state.withLock { state in
            servers.compactMap { server -> Task<Void, Never>? in
                if let failure = state.failures[server.name], now - failure.time < Self.rest { return nil }
                if let task = state.underWay[server.name] { return task }
                let task = Task { await self.list(server) }
                state.underWay[server.name] = task
                return task
            }
        }
        guard !tasks.isEmpty else { return }
        await Patience.wait(seconds: seconds) { for task in tasks { await task.value } }
    }

    private func list(_ server: ToolServer) async {
        let report = await desk.report(on: server)
        state.withLock { state in
            state.underWay[server.name] = nil
            if let error = report.error { state.failures[server.name] = (error, .now) }
        }
    }

    private func unlistedReasons(
        _ servers: [ToolServer], _ stamps: [String: ToolListingStamp]
    ) -> [String: String] {
        state.withLock { state in
            var reasons: [String: String] = [:]
            for server in servers where stamps[server.name] == nil {
                let isUnderWay = state.underWay[server.name] != nil
                reasons[server.name] =
                    isUnderWay
                    ? "it is still starting" : state.failures[server.name]?.error.reason ?? "it was never asked"
            }
            return reasons
        }
    }
}

/// A tool that is to be described, with the names that it has in Python.
struct DescribedTool: Sendable {
    var path: String
    var pythonName: String
    var definition: ToolDefinition
}

/// The tools of one server as they were last listed: what a search looks at, not the definitions, which take ten times as much.
struct ListedTools: Sendable {
    let server: ToolServer
    let stamp: ToolListingStamp
    /// Of all its tools, also those that may not be used.
    let total: Int
    let documents: [SearchedDocument]
    /// `SERVER/TOOL`, by place in the documents.
    let ownNames: [String]
    /// By path: a tool's own name, and the one that it has in Python.
    let names: [String: (own: String, python: String)]

    init(
        _ allowed: [ToolDefinition], of server: ToolServer, total: Int, stamp: ToolListingStamp, pythonServer: String,
        names: [String: String]
    ) {
        self.server = server
        self.stamp = stamp
        self.total = total
        let paths = allowed.map { "\(pythonServer).\(names[$0.name] ?? $0.name)" }
        documents = zip(allowed, paths).map { SearchedDocument($0, path: $1) }
        ownNames = allowed.map { "\($0.server)/\($0.name)" }
        let both = allowed.map { (own: $0.name, python: names[$0.name] ?? $0.name) }
        self.names = Dictionary(zip(paths, both)) { first, _ in first }
    }
}
