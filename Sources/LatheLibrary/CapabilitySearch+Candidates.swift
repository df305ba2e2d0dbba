internal import LatheVocabulary

/// Which of many new documents get their vectors first, while somebody waits.
extension CapabilitySearch {
    /// The places of documents that fit all words best, in turns with those that fit a single one of them best; `limit` of each.
    ///
    /// In a task of some sentences common words together outweigh the one that says what is wanted.
    func candidates(_ words: SearchWords?, _ scores: [Int: Double], limit: Int) async -> [Int] {
        let each = try? await onQueue { () throws(LibraryError) in
            try (words?.words ?? []).map { word throws(LibraryError) in try self.index.scores(ofWords: [word]) }
        }
        let ofOne = Self.inTurns((each ?? []).map { Array(byScore($0).prefix(limit)) })
        return Self.inTurns([Array(byScore(scores).prefix(limit)), ofOne])
    }

    /// The first of each list, then the second of each, and so on; each element once.
    static func inTurns(_ lists: [[Int]]) -> [Int] {
        var seen: Set<Int> = []
        var all: [Int] = []
        for index in 0..<(lists.map(\.count).max() ?? 0) {
            for list in lists where index < list.count && seen.insert(list[index]).inserted { all.append(list[index]) }
        }
        return all
    }

    /// The places of documents that fit the words of a need best, and the order in which they would get vectors; `limit` of each.
    func places(
        byWordsOf need: String, among documents: Documents, limit: Int
    ) async throws(LibraryError) -> (byWords: [Int], candidates: [Int]) {
        try await onQueue { () throws(LibraryError) in try self.hold(documents) }
        let words = SearchWords(need)
        let scores = try await scores(words, documents).get()
        let candidates = await candidates(words, scores, limit: limit)
        return (Array(byScore(scores).prefix(limit)), Array(candidates.prefix(limit)))
    }
}
