internal import Foundation
package import LatheVocabulary
internal import Synchronization

/// Finds capabilities, or tools, by words, and where there is an embedding model, by meaning.
///
/// The order is by the cosine of meanings, to which common words add `WordWeight` says; without a model, by BM25 and parts of
/// words. All work happens on a queue of its own.
package final class CapabilitySearch: Sendable {
    private struct State {
        var generation: Int?
        /// By place in the documents: their numbers in the index, and where their vectors are.
        var places: [Int: Int] = [:]
        var vectors = VectorTable(dimensions: MeaningProcess.dimensions)
        var vectorPlaces: [Int?] = [] { didSet { lacking = vectorPlaces.count { $0 == nil } } }
        /// How many documents have no vector.
        private(set) var lacking = 0
        var isLoaded = false
        var isFilling = false
        var hasToldOfWords = false
    }

    /// By these the parts of a score were weighed on the set of needs of `make bench-library`.
    private static let shareOfWords = WordWeight.ofBest(0.05)
    private static let leastCosine: Float = 0.2
    private static let leastShareOfPieces = 0.5
    /// So many meanings are made at a time; while somebody waits, so many, and for so long; the others in the background.
    private let atOnce: Int
    private static let mostAtOnce = 64
    private static let secondsAtOnce = 2.0
    private static let partAtOnce = 8

    private let wordWeight: WordWeight

    let index: any CapabilityIndex
    private let meaning: (any MeaningModel)?
    /// What is searched, as a notice begins.
    private let what: String
    private let queue = DispatchQueue(label: "lathe.search")
    private let state = Mutex(State())

    package convenience init(
        index: any CapabilityIndex, meaning: (any MeaningModel)?, what: String = "the library is", atOnce: Int = 32
    ) {
        self.init(index: index, meaning: meaning, what: what, atOnce: atOnce, wordWeight: Self.shareOfWords)
    }

    init(
        index: any CapabilityIndex, meaning: (any MeaningModel)?, what: String, atOnce: Int = 32, wordWeight: WordWeight
    ) {
        (self.what, self.atOnce, self.wordWeight) = (what, atOnce, wordWeight)
        self.index = index
        self.meaning = meaning
    }

    /// Ends the model's process. What is being made in the background is left.
    package func close() async { await meaning?.close() }

    /// Looks through those documents for which `isOffered` is true, by place.
    ///
    /// `parts` are texts of the need whose meanings count too: the best of them as much as the whole. `asked` is the need's vector where
    /// another search has it already; `least` the fit below which nothing is found, with which words
    /// alone are not enough.
    func rank(
        _ need: String, parts: [String] = [], among documents: Documents, isOffered: [Bool], limit: Int,
        asked: Result<[Int8], LibraryError>? = nil, least: Double? = nil, tellsOfWords: Bool = true
    ) async throws(LibraryError) -> Ranking {
        let words = SearchWords(need)
        try await onQueue { () throws(LibraryError) in try self.hold(documents) }
        // The model is another process: words are looked up meanwhile.
        async let found = scores(words, documents)
        let asked = if let asked { asked } else { await vector(of: need) }
        var caveat: String?
        let scores = try await found.get()
        let order: [Place]
        switch asked {
        case .success(let vector):
            // Before documents get theirs: the model makes one after the other.
            let meanings = [vector] + (await vectors(of: parts))
            caveat = await fill(documents, first: words, scores)
            order = joined(scores, meanings, isOffered, limit, least)
        case .failure(let error):
            caveat = "by words only: \(error.reason)"
            guard least == nil else { return Ranking(order: [], caveat: caveat, notices: []) }
            let pieces = try await onQueue { () throws(LibraryError) in
                try self.index.scores(ofPieces: words.pieces, limit: 200)
            }
            order = byWords(scores, pieces, words, documents.all, isOffered, limit)
        }
        return Ranking(order: order, caveat: caveat, notices: notices(tellsOfWords ? caveat : nil))
    }

    /// An index that was damaged, or that another program changed, is brought up to the documents once more.
    func scores(_ words: SearchWords, _ documents: Documents) async -> Result<[Int: Double], LibraryError> {
        do throws(LibraryError) {
            let scores = try await onQueue { () throws(LibraryError) in
                do {
                    return try self.index.scores(ofWords: words.words)
                } catch {
                    self.state.withLock { $0.generation = nil }
                    try self.hold(documents)
                    return try self.index.scores(ofWords: words.words)
                }
            }
            return .success(scores)
        } catch {
            return .failure(error)
        }
    }

    // MARK: Holding

    /// Brings the index up to the documents. A damaged one is made anew on the way, so it is tried twice.
    func hold(_ documents: Documents) throws(LibraryError) {
        guard state.withLock({ $0.generation }) != documents.generation else { return }
        let numbers: [Int]
        do {
            numbers = try index.hold(documents.all)
        } catch {
            numbers = try index.hold(documents.all)
        }
        let places = Dictionary(zip(numbers, documents.all.indices)) { first, _ in first }
        state.withLock { state in
            state.generation = documents.generation
            state.places = places
            state.vectorPlaces = documents.all.map { state.vectors.place(of: $0.meaning) }
        }
    }

    func vector(of need: String) async -> Result<[Int8], LibraryError> {
        guard let meaning else { return .failure(LibraryError(.notFound, "no embedding model")) }
        do throws(LibraryError) {
            guard let vector = try await meaning.vectors(of: [need]).first else {
                return .failure(LibraryError(.readerFailed, "the embedding model gave no vector"))
            }
            return .success(vector)
        } catch {
            return .failure(error)
        }
    }

    /// Of no text where the model gives none.
    private func vectors(of texts: [String]) async -> [[Int8]] {
        guard let meaning, !texts.isEmpty else { return [] }
        return (try? await meaning.vectors(of: texts)) ?? []
    }

    /// Sees that documents have vectors: those that are kept, a few new ones now, all others in the background. Says what is missing.
    ///
    /// Of many new ones, those are made first that fit the words, all of them by their `scores`: what is looked for is likely among them.
    func fill(
        _ documents: Documents, first words: SearchWords? = nil, _ scores: [Int: Double] = [:]
    ) async -> String? {
        guard let meaning else { return nil }
        await load(documents, meaning)
        let missing = missing(documents)
        guard !missing.isEmpty else { return nil }
        guard missing.count > atOnce else {
            await make(missing, documents, meaning)
            return lacking(documents)
        }
        // More than are made: the best may have theirs from an earlier search.
        let places = await candidates(words, scores, limit: 4 * Self.mostAtOnce)
        await makeFirst(first(missing, documents, places), documents, meaning)
        let begins = state.withLock { state in
            defer { state.isFilling = true }
            return !state.isFilling
        }
        if begins { Task.detached(priority: .background) { await self.fillRest(documents, meaning) } }
        return lacking(documents)
    }

    /// Makes vectors, best first, while somebody waits: in small parts, so that what was made when the time is over counts, and
    /// kept together.
    private func makeFirst(_ first: [String], _ documents: Documents, _ model: any MeaningModel) async {
        let end = ContinuousClock.now + .seconds(Self.secondsAtOnce)
        await Patience.wait(seconds: Self.secondsAtOnce) {
            var made: [String: [Int8]] = [:]
            for start in stride(from: 0, to: first.count, by: Self.partAtOnce) where ContinuousClock.now < end {
                let part = Array(first[start..<min(start + Self.partAtOnce, first.count)])
                let vectors = await self.taken(part, documents, model)
                made.merge(vectors) { first, _ in first }
            }
            await self.keep(made, of: model)
        }
    }

    /// How many have no vector, as a caveat; nil for none.
    private func lacking(_ documents: Documents) -> String? {
        let left = self.missing(documents).count
        return left == 0 ? nil : "\(left) of \(documents.all.count) not by meaning yet"
    }

    /// Takes up the vectors that are kept, once.
    private func load(_ documents: Documents, _ meaning: any MeaningModel) async {
        guard !state.withLock({ $0.isLoaded }) else { return }
        let kept = (try? await onQueue { () throws(LibraryError) in try self.index.vectors(of: meaning.name) }) ?? [:]
        take(kept, documents)
        state.withLock { $0.isLoaded = true }
    }

    /// Makes every vector that is missing and keeps it, for somebody who has the time now; `progress` hears how many are left. Returns
    /// how many documents have none in the end: where the task is cancelled, or the model fails.
    func fillAll(
        _ documents: Documents, _ progress: @Sendable (_ left: Int) -> Void
    ) async throws(LibraryError) -> Int {
        guard let meaning else { throw LibraryError(.notFound, "no embedding model") }
        try await onQueue { () throws(LibraryError) in try self.hold(documents) }
        await load(documents, meaning)
        var missing = missing(documents)
        while !missing.isEmpty, !Task.isCancelled {
            progress(missing.count)
            await make(Array(missing.prefix(atOnce)), documents, meaning)
            let left = self.missing(documents)
            guard left.count < missing.count else { break }
            missing = left
        }
        return state.withLock { $0.lacking }
    }

    /// Of missing meanings the first ones, in the order of these places.
    private func first(_ missing: [String], _ documents: Documents, _ places: [Int]) -> [String] {
        var lacking = Set(missing)
        var best: [String] = []
        for place in places {
            guard best.count < max(atOnce, Self.mostAtOnce) else { break }
            let meaning = documents.all[place].meaning
            if lacking.remove(meaning) != nil { best.append(meaning) }
        }
        return best
    }

    /// Places of documents, those that fit words best first.
    func byScore(_ scores: [Int: Double]) -> [Int] {
        let places = state.withLock { $0.places }
        return scores.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.compactMap { places[$0.key] }
    }

    private func fillRest(_ documents: Documents, _ meaning: any MeaningModel) async {
        var missing = missing(documents)
        while !missing.isEmpty, state.withLock({ $0.generation }) == documents.generation {
            await make(Array(missing.prefix(atOnce)), documents, meaning)
            let left = self.missing(documents)
            // Without progress there is none to come.
            guard left.count < missing.count else { break }
            missing = left
        }
        state.withLock { $0.isFilling = false }
    }

    private func missing(_ documents: Documents) -> [String] {
        let (places, lacking) = state.withLock { ($0.vectorPlaces, $0.lacking) }
        guard lacking > 0 else { return [] }
        var seen: Set<String> = []
        return zip(documents.all, places).filter { $1 == nil }.map(\.0.meaning).filter { seen.insert($0).inserted }
    }

    private func make(_ meanings: [String], _ documents: Documents, _ model: any MeaningModel) async {
        await keep(await taken(meanings, documents, model), of: model)
    }

    /// Vectors of these meanings, taken over; none where the model fails.
    private func taken(
        _ meanings: [String], _ documents: Documents, _ model: any MeaningModel
    ) async -> [String: [Int8]] {
        guard let vectors = try? await model.vectors(of: meanings), vectors.count == meanings.count else { return [:] }
        let made = Dictionary(zip(meanings, vectors)) { first, _ in first }
        take(made, documents)
        return made
    }

    /// For the next time: where that fails, they are made again then.
    private func keep(_ made: [String: [Int8]], of model: any MeaningModel) async {
        guard !made.isEmpty else { return }
        _ = try? await onQueue { () throws(LibraryError) in try self.index.keep(made, of: model.name) }
    }

    private func take(_ vectors: [String: [Int8]], _ documents: Documents) {
        state.withLock { state in
            for (meaning, vector) in vectors { state.vectors.add(vector, as: meaning) }
            guard state.generation == documents.generation else { return }
            state.vectorPlaces = documents.all.map { state.vectors.place(of: $0.meaning) }
        }
    }

    // MARK: Ranking

    /// By place in the documents; nil where there is no vector yet.
    func cosines(with vector: [Int8]) -> [Float?] {
        state.withLock { state in
            let cosines = state.vectors.cosines(with: vector)
            return state.vectorPlaces.map { place in place.map { cosines[$0] } }
        }
    }

    /// `asked` are the meanings of the whole need and of its parts.
    private func joined(
        _ scores: [Int: Double], _ asked: [[Int8]], _ isOffered: [Bool], _ limit: Int, _ least: Double?
    ) -> [Place] {
        state.withLock { state in
            let words = Self.byPlace(scores, state.places, isOffered)
            let best = words.values.max() ?? 1
            let cosines = Self.cosines(asked.map { state.vectors.cosines(with: $0) })
            var found: [Place] = []
            for (place, vector) in state.vectorPlaces.enumerated() where isOffered[place] {
                let cosine = vector.map { cosines[$0] } ?? 0
                let word = words[place]
                guard cosine >= Self.leastCosine || least == nil && word != nil else { continue }
                let added = [wordWeight, Self.shareOfWords].map {
                    $0.added(word ?? 0, best: best, documents: isOffered.count)
                }
                guard Double(cosine) + added[0] >= least ?? 0 else { continue }
                found.append(
                    Place(place: place, fit: Double(cosine) + added[0], score: Double(cosine) + added[1]))
            }
            return Self.best(found, limit)
        }
    }

    /// The whole need's, and where it has parts the mean of that and of the best part's.
    private static func cosines(_ all: [[Float]]) -> [Float] {
        guard let whole = all.first, all.count > 1 else { return all.first ?? [] }
        let parts = all.dropFirst().filter { $0.count == whole.count }
        return whole.indices.map { place in
            let best = parts.map { $0[place] }.max() ?? whole[place]
            return (whole[place] + best) / 2
        }
    }

    private func byWords(
        _ scores: [Int: Double], _ pieces: [Int: Double], _ need: SearchWords, _ documents: [SearchedDocument],
        _ isOffered: [Bool], _ limit: Int
    ) -> [Place] {
        let places = state.withLock { $0.places }
        let words = Self.byPlace(scores, places, isOffered)
        let parts = Self.byPlace(pieces, places, isOffered).filter {
            need.share(in: documents[$0.key].meaning) >= Self.leastShareOfPieces
        }
        let (bestWord, bestPart) = (words.values.max() ?? 1, parts.values.max() ?? 1)
        let found = Set(words.keys).union(parts.keys).map { place in
            let score = (words[place] ?? 0) / bestWord + (parts[place] ?? 0) / bestPart
            return Place(place: place, fit: score, score: score)
        }
        return Self.best(found, limit)
    }

    private static func byPlace(_ scores: [Int: Double], _ places: [Int: Int], _ isOffered: [Bool]) -> [Int: Double] {
        var found: [Int: Double] = [:]
        for (number, score) in scores {
            guard let place = places[number], isOffered[place] else { continue }
            found[place] = score
        }
        return found
    }

    /// The best ones, equal ones in the order of the list.
    private static func best(_ found: [Place], _ limit: Int) -> [Place] {
        Array(found.sorted { ($1.fit, $0.place) < ($0.fit, $1.place) }.prefix(limit))
    }

    private func notices(_ caveat: String?) -> [String] {
        var notices = index.takeNotices()
        guard let caveat, caveat.hasPrefix("by words") else { return notices }
        let isFirst = state.withLock { state in
            defer { state.hasToldOfWords = true }
            return !state.hasToldOfWords
        }
        if isFirst { notices.append("\(what) searched \(caveat); 'make build' installs the model") }
        return notices
    }

    func onQueue<T: Sendable>(
        _ body: @escaping @Sendable () throws(LibraryError) -> T
    ) async throws(LibraryError) -> T {
        try await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(catching: body)) }
        }.get()
    }
}
