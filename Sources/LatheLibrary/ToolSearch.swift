package import LatheVocabulary

/// Finds tools among thousands as capabilities are found: by meaning first and by words beside it, with an index of their own.
package final class ToolSearch: Sendable {
    private let search: CapabilitySearch
    /// With a fit of `best` a tool is shown with a task though nobody asked for it, and beside it others with `others`; by these and
    /// by the weight of words the tasks of `make bench-tools` were told best (decision 0044).
    private static let leastOffered = (best: 0.4, others: 0.3)
    private static let wordWeight = WordWeight.ofRareWords(0.065)

    package init(index: any CapabilityIndex, meaning: (any MeaningModel)?) {
        search = CapabilitySearch(index: index, meaning: meaning, what: "tools are", wordWeight: Self.wordWeight)
    }

    /// Ends the model's process.
    package func close() async { await search.close() }

    /// What a search found, for a screen.
    package struct Found: Sendable {
        /// Best first.
        package var tools: [FoundTool]
        package var searched: Int
        /// Why it was not looked at by meaning, or not at all of them; nil where it was.
        package var caveat: String?
        package var notices: [String]
    }

    /// The tools that fit `words` best; empty where nothing fits.
    package func find(
        _ words: String, among tools: SearchedTools, limit: Int
    ) async throws(LibraryError) -> Found {
        let need = CapabilityNeed(words: words, limit: limit, session: "")
        let ranked = try await ranked(need, among: tools)
        return Found(
            tools: await tools.describe(ranked.found.map(\.path)), searched: ranked.searched, caveat: ranked.caveat,
            notices: ranked.notices)
    }

    /// Has all tools ready to be found by meaning, so that the first task finds them; returns how many are not in the end.
    package func prepare(
        _ tools: SearchedTools, progress: @escaping @Sendable (_ left: Int) -> Void
    ) async throws(LibraryError) -> Int {
        guard !tools.documents.isEmpty else { return 0 }
        return try await search.fillAll(
            CapabilitySearch.Documents(generation: tools.generation, all: tools.documents), progress)
    }

    /// `asked` is the need's vector where the library's search has it already.
    func ranked(
        _ need: CapabilityNeed, among tools: SearchedTools, asked: Result<[Int8], LibraryError>? = nil
    ) async throws(LibraryError) -> RankedTools {
        let offered = tools.isOffered ?? tools.documents.map { _ in true }
        let searched = offered.count { $0 }
        guard searched > 0 else { return RankedTools() }
        let ranking = try await search.rank(
            need.words, parts: need.purpose == .offer ? TaskParts.of(need.words) : [],
            among: CapabilitySearch.Documents(generation: tools.generation, all: tools.documents), isOffered: offered,
            limit: need.limit, asked: asked, least: need.purpose == .offer ? Self.leastOffered.others : nil,
            tellsOfWords: asked == nil)
        if need.purpose == .offer, (ranking.order.first?.fit ?? 0) < Self.leastOffered.best { return RankedTools() }
        // In their own order, and among capabilities where the scores that can be compared with theirs put them.
        let scores = ranking.order.map(\.score).sorted(by: >)
        return RankedTools(
            found: zip(ranking.order, scores).map { (tools.documents[$0.place].path, $1) }, searched: searched,
            caveat: ranking.caveat, notices: ranking.notices)
    }

    /// How well the tools that fit a task best do, best first, and how many of these the task would be told of.
    package func fits(
        of task: String, among tools: SearchedTools, limit: Int
    ) async throws(LibraryError) -> (best: [(path: String, fit: Double)], offered: Int) {
        let ranking = try await search.rank(
            task, parts: TaskParts.of(task),
            among: CapabilitySearch.Documents(generation: tools.generation, all: tools.documents),
            isOffered: tools.documents.map { _ in true }, limit: limit, least: 0)
        let need = CapabilityNeed(words: task, limit: ToolsOffered.most, session: "", purpose: .offer)
        let offered = try await ranked(need, among: tools).found.count
        return (ranking.order.map { (tools.documents[$0.place].path, $0.fit) }, offered)
    }

    /// The tools that fit the words of a task best, and the order in which new ones would get their vectors.
    package func byWords(
        of task: String, among tools: SearchedTools, limit: Int
    ) async throws(LibraryError) -> (byWords: [String], candidates: [String]) {
        let documents = CapabilitySearch.Documents(generation: tools.generation, all: tools.documents)
        let places = try await search.places(byWordsOf: task, among: documents, limit: limit)
        return (
            places.byWords.map { tools.documents[$0].path }, places.candidates.map { tools.documents[$0].path }
        )
    }
}

/// The tools that fit a need, and how they were searched for.
struct RankedTools: Sendable {
    /// Their paths with their scores, best first.
    var found: [(path: String, score: Double)] = []
    var searched = 0
    var caveat: String?
    var notices: [String] = []

    /// One list of the best of both, best first. What cannot be described any more is left out.
    func merged(
        with own: RankedCapabilities, limit: Int, described: @Sendable ([String]) async -> [FoundTool]
    ) async -> [FoundEntry] {
        let best = (own.found.map { (name: "", score: $0.score) } + found.map { (name: $0.path, score: $0.score) })
            .sorted { $0.score > $1.score }.prefix(limit)
        let wanted = best.map(\.name).filter { !$0.isEmpty }
        let tools = wanted.isEmpty ? [] : await described(wanted)
        let known = Dictionary(tools.map { ($0.path, $0) }) { first, _ in first }
        var capabilities = own.found.map(\.capability)[...]
        return best.compactMap { hit in
            if hit.name.isEmpty { return capabilities.popFirst().map(FoundEntry.capability) }
            return known[hit.name].map(FoundEntry.tool)
        }
    }
}

/// One line of what was found.
enum FoundEntry: Sendable, Hashable {
    case capability(Capability)
    case tool(FoundTool)

    /// As code writes it.
    var name: String {
        switch self {
        case .capability(let capability): capability.name
        case .tool(let tool): "lathe.tools." + tool.path
        }
    }
}
