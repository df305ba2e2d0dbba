package import LatheVocabulary

extension SourceLibrary {
    /// What a search found, for a screen.
    package struct Found: Sendable, Hashable {
        /// Best first.
        package var capabilities: [Capability]
        /// Why it was not looked at by meaning, or not at all of them; nil where it was.
        package var caveat: String?
        package var notices: [String]
    }

    /// The capabilities that fit `words` best, whatever their status; empty where nothing fits.
    package func search(_ words: String, limit: Int = 5) async throws(LibraryError) -> Found {
        let need = CapabilityNeed(words: words, limit: limit, session: "")
        let ranked = try await ranked(need) { _ in true }
        return Found(
            capabilities: ranked.found.map(\.capability), caveat: ranked.caveat, notices: ranked.notices)
    }

    package func find(
        _ need: CapabilityNeed, among tools: SearchedTools?
    ) async throws(LibraryError) -> CapabilityFinding {
        if need.purpose == .offer { return try await offer(need, tools) }
        let own = try await ranked(need) {
            self.isOffered($0, to: need.session) && need.only?.contains($0.name) != false
        }
        let unhealthy = try await unhealthy(among: own.found.map(\.capability))
        guard let tools, let toolSearch else {
            return CapabilityFinding(
                own.found.map { .capability($0.capability) }, of: own.searched, for: need, caveats: [own.caveat],
                unhealthy: unhealthy, notices: own.notices)
        }
        let among = try await toolSearch.ranked(need, among: tools, asked: own.asked)
        return CapabilityFinding(
            await among.merged(with: own, limit: need.limit, described: tools.describe), of: own.searched,
            tools: among.searched, for: need, caveats: [own.caveat ?? among.caveat, Self.unsearched(tools.unsearched)],
            unhealthy: unhealthy, notices: own.notices + among.notices)
    }

    private func offer(_ need: CapabilityNeed, _ tools: SearchedTools?) async throws(LibraryError) -> CapabilityFinding
    {
        guard let tools, let toolSearch else { return CapabilityFinding([], of: 0, for: need) }
        let among = try await toolSearch.ranked(need, among: tools)
        let found = await among.merged(with: RankedCapabilities(), limit: need.limit, described: tools.describe)
        return CapabilityFinding(found, of: 0, tools: among.searched, for: need, notices: among.notices)
    }

    /// At most two servers with their reasons, the others by number.
    private static func unsearched(_ servers: [String]) -> String? {
        guard !servers.isEmpty else { return nil }
        let more = servers.count > 2 ? "; and \(servers.count - 2) more servers" : ""
        return "not searched: " + servers.prefix(2).joined(separator: "; ") + more
    }

    /// Nothing is started for a library that has nothing to offer.
    private func ranked(
        _ need: CapabilityNeed, where isOffered: @Sendable (Capability) -> Bool
    ) async throws(LibraryError) -> RankedCapabilities {
        guard let search else {
            throw LibraryError(.unreadable, "This library has no index, so nothing can be searched for.")
        }
        let list = try await searchedList()
        let offered = list.capabilities.map(isOffered)
        guard offered.contains(true) else { return RankedCapabilities() }
        let asked = await search.vector(of: need.words)
        let ranking = try await search.rank(
            need.words, among: list.documents, isOffered: offered, limit: need.limit, asked: asked)
        return RankedCapabilities(
            found: ranking.order.map { (list.capabilities[$0.place], $0.score) }, searched: offered.count { $0 },
            caveat: ranking.caveat, notices: ranking.notices, asked: asked)
    }
}

/// The capabilities that fit a need, and how they were searched for.
struct RankedCapabilities: Sendable {
    /// With their scores, best first.
    var found: [(capability: Capability, score: Double)] = []
    /// How many were looked through.
    var searched = 0
    var caveat: String?
    var notices: [String] = []
    /// The need's vector; nil where none was needed.
    var asked: Result<[Int8], LibraryError>?
}

/// The documents of a search, with what they were made from.
struct SearchedList: Sendable {
    var documents: CapabilitySearch.Documents
    /// By place in the documents.
    var capabilities: [Capability]
    /// The newest event of the library's journal that they know of.
    var sequence: Int
    /// When the files were last looked at.
    var looked: ContinuousClock.Instant
}

extension SourceLibrary {
    /// For so long a search goes by the files as they were: to look at thousands takes longer than to search them. What is
    /// used is read and checked then, however old the search is.
    private static let freshness = Duration.seconds(1)

    /// The capabilities with the number of the reading that they are from. The folder, whose listing alone takes longer than a search
    /// of thousands, is only gone into where it was not looked at just now.
    func searchedList() async throws(LibraryError) -> SearchedList {
        try await onQueue { () throws(LibraryError) in
            let kept = try self.keptList()
            if let kept, ContinuousClock.now - kept.looked < Self.freshness { return kept }
            return try self.folder.reading { () throws(LibraryError) in try self.listNow() }
        }
    }

    /// What was kept of an earlier search, if the library's journal and its files were not read anew since.
    private func keptList() throws(LibraryError) -> SearchedList? {
        let (sequence, reading) = (try past().sequence, known.readings.withLock { $0 })
        let kept = known.searched.withLock { $0 }
        return kept?.sequence == sequence && kept?.documents.generation == reading ? kept : nil
    }

    /// On the queue, with the library locked.
    private func listNow() throws(LibraryError) -> SearchedList {
        let (sequence, looked) = (try past().sequence, ContinuousClock.now)
        _ = try current()
        var list: SearchedList
        if let kept = try keptList() {
            list = kept
            list.looked = looked
        } else {
            let all = try judged()
            let documents = CapabilitySearch.Documents(
                generation: known.readings.withLock { $0 }, all: all.map(\.searched))
            list = SearchedList(
                documents: documents, capabilities: all.map(\.capability), sequence: sequence, looked: looked)
        }
        known.searched.withLock { $0 = list }
        return list
    }
}
