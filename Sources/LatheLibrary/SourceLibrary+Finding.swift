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
        try await found(words, limit: limit) { _ in true }.found
    }

    package func find(_ need: CapabilityNeed) async throws(LibraryError) -> CapabilityFinding {
        let (found, offered) = try await found(need.words, limit: need.limit) { $0.isOffered(to: need.session) }
        return CapabilityFinding(
            found.capabilities, of: offered, for: need.words, caveat: found.caveat, notices: found.notices)
    }

    private func found(
        _ words: String, limit: Int, where isOffered: @Sendable (Capability) -> Bool
    ) async throws(LibraryError) -> (found: Found, offered: Int) {
        guard let search else {
            throw LibraryError(.unreadable, "This library has no index, so nothing can be searched for.")
        }
        let documents = try await onQueue { () throws(LibraryError) in
            try self.folder.reading { () throws(LibraryError) in try self.currentDocuments() }
        }
        let offered = documents.all.map { isOffered($0.capability) }
        guard offered.contains(true) else { return (Found(capabilities: [], caveat: nil, notices: []), 0) }
        let ranking = try await search.rank(words, among: documents, isOffered: offered, limit: limit)
        let found = Found(
            capabilities: ranking.order.map { documents.all[$0].capability }, caveat: ranking.caveat,
            notices: ranking.notices)
        return (found, offered.count { $0 })
    }
}

extension Capability {
    /// Whether a search offers it to a session.
    func isOffered(to session: String) -> Bool {
        problems.isEmpty && (status == .approved || status == .proposed)
    }
}
