internal import LatheVocabulary

/// Which capabilities mean nearly the same as a text.
extension CapabilitySearch {
    struct Resembling: Sendable {
        /// Places in the list of documents with the cosines of their meanings, best first.
        var near: [(place: Int, cosine: Float)]
        /// Why meanings were not compared, or not all; nil where they were.
        var caveat: String?
    }

    /// From here on two meanings count as near: of the pairs in `python/lathe_bench/near.json` this tells 40 of 42 paraphrases, 11 of
    /// 40 sisters (the sum by weekday beside that by month), and none of 2,850 pairs of strangers.
    static let leastNear: Float = 0.7

    /// Looks through those documents for which `isMeant` is true, by place.
    func resembling(
        _ meaning: String, among documents: Documents, isMeant: [Bool], limit: Int
    ) async throws(LibraryError) -> Resembling {
        try await onQueue { () throws(LibraryError) in try self.hold(documents) }
        switch await vector(of: meaning) {
        case .failure(let error): return Resembling(near: [], caveat: error.reason)
        case .success(let vector):
            let caveat = await fill(documents)
            let cosines = cosines(with: vector)
            let near = cosines.indices.compactMap { place -> (place: Int, cosine: Float)? in
                guard isMeant[place], let cosine = cosines[place], cosine >= Self.leastNear else { return nil }
                return (place, cosine)
            }
            let best = near.sorted { ($1.cosine, $0.place) < ($0.cosine, $1.place) }.prefix(limit)
            return Resembling(near: Array(best), caveat: caveat)
        }
    }
}
