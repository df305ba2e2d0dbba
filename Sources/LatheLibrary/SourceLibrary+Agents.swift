internal import Foundation
package import LatheVocabulary

/// The agents that there are, with their health, and those of them that fit words.
extension SourceLibrary {
    /// What fits within this of the best is as close: meanings say no more than that.
    private static let closeness = 0.1
    private static let mostClose = 3
    private static let mostLeftOut = 5
    private static let returnsBytes = 1_500

    /// Every agent of the library, what waits included, then those that come with lathe.
    package func agents() async throws(LibraryError) -> [ListedAgent] {
        try await onQueue { () throws(LibraryError) in
            try self.folder.reading { () throws(LibraryError) in
                let own = try self.judged().filter { $0.capability.kind == .agent }
                return try own.map { entry throws(LibraryError) in try self.listed(entry, isBuiltIn: false) }
                    + self.listedBuiltIns()
            }
        }
    }

    package func agents(for need: AgentNeed) async throws(LibraryError) -> AgentFinding {
        guard let agentSearch else {
            throw LibraryError(.unreadable, "This library has no index of agents, so none can be searched for.")
        }
        let all = candidates(among: try await agents(), for: need)
        guard !all.isEmpty else { return AgentFinding() }
        let parts = all.enumerated().flatMap { index, agent in Self.documents(agent).map { (index, $0) } }
        let documents = parts.map(\.1)
        let ranking = try await agentSearch.rank(
            need.words,
            among: CapabilitySearch.Documents(generation: Self.generation(of: documents), all: documents),
            isOffered: documents.map { _ in true }, limit: documents.count)
        // The best of what is said of an agent counts, and that comes first.
        var seen: Set<Int> = []
        let best = ranking.order.filter { seen.insert(parts[$0.place].0).inserted }.map {
            (agent: all[parts[$0.place].0], match: ($0.score * 100).rounded() / 100)
        }
        return finding(Array(best.prefix(need.limit + Self.mostLeftOut)), for: need, searched: all.count, ranking)
    }

    private func finding(
        _ found: [(agent: ListedAgent, match: Double)], for need: AgentNeed, searched: Int,
        _ ranking: CapabilitySearch.Ranking
    ) -> AgentFinding {
        let possible = found.filter { $0.agent.obstacle(hasRoom: need.hasRoom) == nil }.prefix(need.limit)
        let best = possible.first?.match ?? 0
        let close = possible.filter { best - $0.match < Self.closeness }.prefix(Self.mostClose)
        // Equal ones stay in the order in which they fit.
        let ordered =
            close.enumerated().sorted { left, right in
                let (mine, other) = (Self.trust(left.element.agent), Self.trust(right.element.agent))
                return mine == other ? left.offset < right.offset : mine > other
            }.map(\.element) + possible.dropFirst(close.count)
        let leftOut = found.compactMap { one in
            one.agent.obstacle(hasRoom: need.hasRoom).map { AgentFinding.LeftOut(name: one.agent.name, reason: $0) }
        }
        return AgentFinding(
            candidates: ordered.enumerated().map { Self.candidate($1.agent, $1.match, isClose: $0 < close.count) },
            leftOut: Array(leftOut.prefix(Self.mostLeftOut)), searched: searched, caveat: ranking.caveat,
            notices: ranking.notices)
    }

    /// One that nobody knows anything of stands between those that mostly complete and those that mostly fail.
    private static func trust(_ agent: ListedAgent) -> Double { agent.health.least ?? 0.5 }

    private static func candidate(_ agent: ListedAgent, _ match: Double, isClose: Bool) -> AgentFinding.Candidate {
        let returns = agent.returns.flatMap { $0.text.utf8.count <= returnsBytes ? $0 : nil }
        return AgentFinding.Candidate(
            name: agent.name, summary: agent.capability.summary, profile: agent.profile, modelRole: agent.modelRole,
            returns: returns, status: agent.isBuiltIn ? "built-in" : agent.capability.status.rawValue, match: match,
            isClose: isClose, health: agent.health)
    }

    // MARK: What is searched

    /// What the session that asks may delegate to, but for what only lathe's own forms ask for: of a name what it would be served.
    private func candidates(among all: [ListedAgent], for need: AgentNeed) -> [ListedAgent] {
        let own = all.filter { !$0.isBuiltIn && isOffered($0.capability, to: need.session) }
        let waiting = Set(own.filter { $0.capability.shelf == .proposed }.map(\.name))
        let taken = Set(all.filter { !$0.isBuiltIn && $0.capability.shelf == .approved }.map(\.name))
        let builtIn = all.filter { $0.isBuiltIn && !Agent.isOfForm($0.name) && !taken.union(waiting).contains($0.name) }
        return (own.filter { $0.capability.shelf == .proposed || !waiting.contains($0.name) } + builtIn)
            .filter { need.only?.contains($0.name) != false }
    }

    /// Its name with its sentence, and by itself each phrase of what it is good at: together they would mean something between them.
    private static func documents(_ agent: ListedAgent) -> [SearchedDocument] {
        let capability = agent.capability
        let phrases = (agent.profile.skills + agent.profile.specialisesIn).enumerated().map { index, phrase in
            SearchedDocument(
                path: "\(capability.path)#\(index)", digest: "\(capability.sha256)#\(index)", name: phrase, summary: "",
                signature: "", docstring: "")
        }
        return [SearchedDocument(capability, docstring: capability.summary)] + phrases
    }

    /// Another one whenever what is searched is.
    private static func generation(of documents: [SearchedDocument]) -> Int {
        var hasher = Hasher()
        for document in documents { hasher.combine(document) }
        return hasher.finalize()
    }

    // MARK: On the queue

    private func listed(_ entry: ReadCapability, isBuiltIn: Bool) throws(LibraryError) -> ListedAgent {
        var capability = entry.capability
        if isBuiltIn { capability.path = "built-in/\(capability.path)" }
        return ListedAgent(
            capability: capability, isBuiltIn: isBuiltIn, modelRole: entry.modelRole, returns: entry.returns,
            health: try health(of: capability.subject))
    }

    private func listedBuiltIns() throws(LibraryError) -> [ListedAgent] {
        guard let builtIns else { return [] }
        let entries = try known.builtIns.withLock { kept throws(LibraryError) in
            if let kept { return kept }
            let read = try builtIns.all()
            kept = read
            return read
        }
        return try entries.map { entry throws(LibraryError) in try listed(entry, isBuiltIn: true) }
    }

    /// Why agents of these are not chosen, by their names.
    func unhealthy(among capabilities: [Capability]) async throws(LibraryError) -> [String: String] {
        let agents = capabilities.filter { $0.kind == .agent }
        guard !agents.isEmpty else { return [:] }
        return try await onQueue { () throws(LibraryError) in
            var reasons: [String: String] = [:]
            for agent in agents { reasons[agent.name] = try self.health(of: agent.subject).unhealthy }
            return reasons
        }
    }

    /// What the library's journal says of a version since it was approved, within the days that count.
    private func health(of subject: CapabilityUse.Subject) throws(LibraryError) -> AgentHealth {
        guard let journal else { return AgentHealth() }
        let since = try past().pins[LibraryPast.Key(kind: subject.kind, name: subject.name)]?.sequence ?? 0
        let days = healthRule?.days ?? HealthRule().days
        let uses = try journal.uses(
            of: subject, after: since, since: RunClock.shared.now - days * 86_400, atMost: HealthRule.window)
        return HealthRule.health(uses, by: healthRule)
    }
}

extension Agent {
    /// Whether an agent that comes with lathe is asked for by a form of lathe's alone.
    static func isOfForm(_ name: String) -> Bool { ["roundtable_expert", "roundtable_synthesiser"].contains(name) }
}
