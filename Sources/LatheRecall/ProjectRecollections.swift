internal import Foundation
internal import LatheLibrary
package import LatheVocabulary

/// What one project remembers: rules for what is kept, and searches by meaning and words. All work happens on a queue of its own.
package final class ProjectRecollections: Recollections {
    /// So many meanings are made while somebody waits; others with the next search.
    private static let atOnce = 63

    private let project: String
    private let records: any RecollectionRecords
    private let meaning: (any MeaningModel)?
    private let queue = DispatchQueue(label: "lathe.recall")

    /// - Parameters:
    ///   - project: the project's folder, by which its recollections are kept apart from others'.
    ///   - records: where recollections of all projects are.
    ///   - meaning: nil for a search by words alone.
    package init(project: String, records: any RecollectionRecords, meaning: (any MeaningModel)?) {
        self.project = project
        self.records = records
        self.meaning = meaning
    }

    package func add(_ fact: Recollection) async throws(RecollectionError) -> AddedFact {
        let day = Day.of(RunClock.shared.now)
        let checked = try RecollectionRules.checked(fact, on: day)
        return try await onQueue { [records, project] () throws(RecollectionError) in
            try records.add(checked, in: project, on: day)
        }
    }

    package func add(episodes: [Recollection]) async throws(RecollectionError) {
        let checked = episodes.map(RecollectionRules.checked(episode:))
        try await onQueue { [records, project] () throws(RecollectionError) in
            try records.add(episodes: checked, in: project)
        }
    }

    package func forget(_ id: Int, saidIn session: String) async throws(RecollectionError) -> Recollection {
        try await onQueue { [records, project] () throws(RecollectionError) in
            guard let there = try records.recollections([id], in: project).first else {
                throw RecollectionError(.notFound, "nothing is remembered under the number \(id)")
            }
            guard there.origin.by == .code, there.origin.session == session else {
                throw RecollectionError(
                    .refused,
                    "code forgets only what code of its own session said; the user can: lathe memory forget \(id)")
            }
            return try records.forget([id], in: project).first ?? there
        }
    }

    package func count() async throws(RecollectionError) -> Int {
        let day = Day.of(RunClock.shared.now)
        return try await rows().count { $0.stands(on: day) }
    }

    package func close() async { await meaning?.close() }

    // MARK: Recalling

    package func recall(_ need: RecollectionNeed) async throws(RecollectionError) -> RecollectionFinding {
        let now = RunClock.shared.now
        let day = Day.of(now)
        let all = try await rows().filter { $0.stands(on: day) && Self.isWanted($0, for: need.purpose) }
        guard !all.isEmpty else {
            return finding([], need, of: 0, more: 0, hidden: 0, caveat: nil)
        }
        let (ranking, caveat) = try await ranked(all, need.words, now)
        guard case .task = need.purpose else {
            let ids = ranking.ranked.prefix(need.limit).map(\.row.id)
            return finding(try await read(ids), need, of: all.count, more: 0, hidden: 0, caveat: caveat)
        }
        let fitting = ranking.worthTelling
        let shown = try await distinct(fitting.map(\.row.id), upTo: need.limit)
        return finding(
            shown, need, of: all.count, more: max(0, fitting.count - shown.count), hidden: ranking.markedThatFit,
            caveat: caveat)
    }

    private static func isWanted(_ row: RecollectionRow, for purpose: RecollectionNeed.Purpose) -> Bool {
        guard case .task(let session, let shown) = purpose else { return true }
        // What the session itself did is in its conversation.
        return row.session != session && !shown.contains(row.id)
    }

    /// The same task that was done again and again is told once, as it came out last.
    private func distinct(_ ids: [Int], upTo limit: Int) async throws(RecollectionError) -> [Recollection] {
        var seen: Set<String> = []
        let read = try await read(Array(ids.prefix(limit * 5)))
        let newest = Dictionary(grouping: read, by: \.text).mapValues { $0.map(\.origin.time).max() ?? 0 }
        return Array(
            read.filter { one in
                guard one.kind == .episode else { return true }
                return one.origin.time == newest[one.text] && seen.insert(one.text).inserted
            }.prefix(limit))
    }

    private func finding(
        _ found: [Recollection], _ need: RecollectionNeed, of searched: Int, more: Int, hidden: Int, caveat: String?
    ) -> RecollectionFinding {
        let (text, shown) =
            switch need.purpose {
            case .task: RecollectionText.block(ordered(found), hidden: hidden, more: more)
            case .question: RecollectionText.answer(ordered(found), to: need.words, of: searched, caveat: caveat)
            case .listing: ("", ordered(found))
            }
        return RecollectionFinding(text: text, items: shown, searched: searched, caveat: caveat)
    }

    /// As they were found, but facts about one subject stand together, the newest first.
    private func ordered(_ found: [Recollection]) -> [Recollection] {
        var left = found
        var ordered: [Recollection] = []
        while let first = left.first {
            let same = left.filter { $0.id == first.id || (!first.about.isEmpty && $0.about == first.about) }
            ordered += same.sorted { $0.origin.time > $1.origin.time }
            left.removeAll { same.contains($0) }
        }
        return ordered
    }

    private func ranked(
        _ rows: [RecollectionRow], _ words: String, _ now: Double
    ) async throws(RecollectionError) -> (RecollectionRanking, caveat: String?) {
        let terms = SearchWords(words).words
        // The model is another process: words are looked up meanwhile.
        async let found = scores(ofWords: terms)
        let made = await byMeaning(words, rows)
        let scores = try await found.get()
        switch made {
        case .success(let made):
            let missing = made.rows.count { $0.vector == nil }
            let caveat = missing == 0 ? nil : "\(missing) of \(rows.count) not by meaning yet"
            return (RecollectionRanking(made.rows, made.need, words: scores, now: now), caveat)
        case .failure(let error):
            let shares = try await shares(of: terms, rows.filter { scores[$0.id] != nil }.map(\.id))
            return (
                RecollectionRanking(rows, words: scores, shares: shares, now: now), "by words only: \(error.reason)"
            )
        }
    }

    private func scores(ofWords terms: [String]) async -> Result<[Int: Double], RecollectionError> {
        await result { [records, project] () throws(RecollectionError) in
            try records.scores(ofWords: terms, in: project)
        }
    }

    private func byMeaning(
        _ words: String, _ rows: [RecollectionRow]
    ) async -> Result<(need: [Int8], rows: [RecollectionRow]), LibraryError> {
        do throws(LibraryError) {
            guard let meaning else { throw LibraryError(.notFound, "no embedding model") }
            return .success(try await vectors(for: words, rows, meaning))
        } catch {
            return .failure(error)
        }
    }

    /// The vector of a need, and rows with those that lacked one, as far as they are made at once.
    private func vectors(
        for words: String, _ rows: [RecollectionRow], _ meaning: any MeaningModel
    ) async throws(LibraryError) -> (need: [Int8], rows: [RecollectionRow]) {
        var rows = rows
        let lacking = rows.indices.filter { rows[$0].vector == nil }.prefix(Self.atOnce)
        let texts = (try? await read(lacking.map { rows[$0].id })) ?? []
        let made = try await meaning.vectors(of: [words] + texts.map(\.meaning))
        guard let need = made.first, made.count == texts.count + 1 else {
            throw LibraryError(.readerFailed, "the embedding model gave no vector")
        }
        let byID = Dictionary(zip(texts.map(\.id), made.dropFirst())) { first, _ in first }
        for index in lacking { rows[index].vector = byID[rows[index].id] }
        // Kept for the next time: where that fails, they are made again then.
        _ = try? await onQueue { [records] () throws(RecollectionError) in
            try records.keep(byID, of: meaning.name)
        }
        return (need, rows)
    }

    /// Which part of the telling words each recollection has.
    private func shares(of terms: [String], _ ids: [Int]) async throws(RecollectionError) -> [Int: Double] {
        guard !terms.isEmpty else { return [:] }
        let stems = terms.map { $0.prefix(5) }
        var shares: [Int: Double] = [:]
        for one in try await read(ids) {
            let own = Set(SearchWords.all(one.meaning).map { $0.prefix(5) })
            // One common word says nothing.
            let common = stems.count { own.contains($0) }
            shares[one.id] = common < 2 ? 0 : Double(common) / Double(stems.count)
        }
        return shares
    }

    private func rows() async throws(RecollectionError) -> [RecollectionRow] {
        try await onQueue { [records, project, meaning] () throws(RecollectionError) in
            try records.rows(in: project, model: meaning?.name ?? "")
        }
    }

    private func read(_ ids: [Int]) async throws(RecollectionError) -> [Recollection] {
        try await onQueue { [records, project] () throws(RecollectionError) in
            try records.recollections(ids, in: project)
        }
    }

    private func onQueue<T: Sendable>(
        _ body: @escaping @Sendable () throws(RecollectionError) -> T
    ) async throws(RecollectionError) -> T {
        try await result(body).get()
    }

    private func result<T: Sendable>(
        _ body: @escaping @Sendable () throws(RecollectionError) -> T
    ) async -> Result<T, RecollectionError> {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(catching: body)) }
        }
    }
}
