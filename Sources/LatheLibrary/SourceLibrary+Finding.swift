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
        let (found, offered) = try await found(need.words, limit: need.limit) {
            self.isOffered($0, to: need.session) && need.only?.contains($0.name) != false
        }
        return CapabilityFinding(
            found.capabilities, of: offered, for: need.words, caveat: found.caveat, notices: found.notices)
    }

    private func found(
        _ words: String, limit: Int, where isOffered: @Sendable (Capability) -> Bool
    ) async throws(LibraryError) -> (found: Found, offered: Int) {
        guard let search else {
            throw LibraryError(.unreadable, "This library has no index, so nothing can be searched for.")
        }
        let documents = try await searchedDocuments()
        let offered = documents.all.map { isOffered($0.capability) }
        guard offered.contains(true) else { return (Found(capabilities: [], caveat: nil, notices: []), 0) }
        let ranking = try await search.rank(words, among: documents, isOffered: offered, limit: limit)
        let found = Found(
            capabilities: ranking.order.map { documents.all[$0].capability }, caveat: ranking.caveat,
            notices: ranking.notices)
        return (found, offered.count { $0 })
    }
}

/// The documents of a search, with what they were made from.
struct SearchedList: Sendable {
    var documents: CapabilitySearch.Documents
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
    func searchedDocuments() async throws(LibraryError) -> CapabilitySearch.Documents {
        try await onQueue { () throws(LibraryError) in
            let kept = try self.keptDocuments()
            if let kept, ContinuousClock.now - kept.looked < Self.freshness { return kept.documents }
            return try self.folder.reading { () throws(LibraryError) in try self.documentsNow() }
        }
    }

    /// What was kept of an earlier search, if the library's journal and its files were not read anew since.
    private func keptDocuments() throws(LibraryError) -> SearchedList? {
        let (sequence, reading) = (try past().sequence, known.readings.withLock { $0 })
        let kept = known.searched.withLock { $0 }
        return kept?.sequence == sequence && kept?.documents.generation == reading ? kept : nil
    }

    /// On the queue, with the library locked.
    private func documentsNow() throws(LibraryError) -> CapabilitySearch.Documents {
        let (sequence, looked) = (try past().sequence, ContinuousClock.now)
        _ = try current()
        var list: SearchedList
        if let kept = try keptDocuments() {
            list = kept
            list.looked = looked
        } else {
            let all = try judged().map(\.searched)
            let documents = CapabilitySearch.Documents(generation: known.readings.withLock { $0 }, all: all)
            list = SearchedList(documents: documents, sequence: sequence, looked: looked)
        }
        known.searched.withLock { $0 = list }
        return list.documents
    }
}
