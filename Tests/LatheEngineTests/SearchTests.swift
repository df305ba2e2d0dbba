import Foundation
import LatheStore
import LatheTestSupport
import LatheVocabulary
import Synchronization
import Testing

@testable import LatheLibrary

/// Searching a library by words and by meaning, with the real index and the real model.
@Suite(.serialized) struct SearchTests {
    /// A model of which the test says what it does.
    private final class TestModel: MeaningModel {
        let name = "test"
        private let answer: @Sendable ([String]) throws(LibraryError) -> [[Int8]]
        private let asked = Mutex<[String]>([])
        var texts: [String] { asked.withLock { $0 } }

        init(_ answer: @escaping @Sendable ([String]) throws(LibraryError) -> [[Int8]]) { self.answer = answer }

        func vectors(of texts: [String]) async throws(LibraryError) -> [[Int8]] {
            asked.withLock { $0 += texts }
            return try answer(texts)
        }

        func close() async {}
    }

    /// A model that hangs once it has given so many vectors, until it is closed.
    private final class TiredModel: MeaningModel {
        let name = "tired"
        private let most: Int
        private let state = Mutex<(texts: [String], isClosed: Bool)>(([], false))
        var texts: [String] { state.withLock { $0.texts } }

        init(after most: Int) { self.most = most }

        func vectors(of texts: [String]) async throws(LibraryError) -> [[Int8]] {
            while state.withLock({ $0.texts.count > most && !$0.isClosed }) {
                try? await Task.sleep(for: .milliseconds(20))
            }
            state.withLock { $0.texts += texts }
            return texts.map { _ in [Int8](repeating: 1, count: 384) }
        }

        func close() async { state.withLock { $0.isClosed = true } }
    }

    private static let sentences = [
        "delay_profile": "Return the share of late departures in each group.",
        "drop_duplicate_rows": "Keep the newest row of each key and remove the others.",
        "parse_amount": "Read a number written with thousands separators and a currency sign.",
        "mask_personal": "Replace names, phone numbers and mail addresses by placeholders.",
        "gini_index": "Measure inequality between 0 and 1.",
        "plot_heatmap": "Draw a matrix as coloured squares with labels.",
    ]

    private func documents(_ generation: Int = 1, _ sentences: [String: String] = sentences)
        -> CapabilitySearch.Documents
    {
        let all = sentences.sorted { $0.key < $1.key }.map { name, sentence in
            SearchedDocument(
                Capability(
                    kind: .function, name: name, path: "functions/\(name).py", signature: "\(name)(x: int) -> int",
                    summary: sentence, status: .approved, created: "2026-01-01", session: "s", model: "m",
                    sha256: sentence),
                docstring: sentence)
        }
        return CapabilitySearch.Documents(generation: generation, all: all)
    }

    private func found(
        _ need: String, _ search: CapabilitySearch, _ documents: CapabilitySearch.Documents? = nil
    ) async throws -> (names: [String], ranking: CapabilitySearch.Ranking) {
        let documents = documents ?? self.documents()
        let offered = documents.all.map { _ in true }
        let ranking = try await search.rank(need, among: documents, isOffered: offered, limit: 3)
        return (ranking.order.map { documents.all[$0.place].name.replacing(" ", with: "_") }, ranking)
    }

    private func withIndex(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-search-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder + "/index.db")
    }

    @Test func `what means the same is found though no word is the same`() async throws {
        try await withIndex { path in
            let meaning = try BuiltParts.find().meaning
            let search = CapabilitySearch(index: LibraryIndex(path: path), meaning: meaning)
            for (need, name) in [
                ("anonymise support messages", "mask_personal"), ("how unequal is wealth distributed", "gini_index"),
                ("turn a price string into a float", "parse_amount"), ("punctuality of flights", "delay_profile"),
            ] {
                let (names, ranking) = try await found(need, search)
                #expect(names.first == name, "\(need)")
                #expect(ranking.caveat == nil)
            }
            #expect(try await found("zqx vvk", search).names.count <= 3)
            // Another run finds the vectors in the file: only the need is new.
            let model = TestModel { texts throws(LibraryError) in texts.map { _ in [Int8](repeating: 1, count: 384) } }
            await search.close()
            let kept = try LibraryIndex(path: path).vectors(of: meaning.name)
            #expect(Set(kept.keys) == Set(documents().all.map(\.meaning)))
            #expect(model.texts.isEmpty)
        }
    }

    @Test func `without a model it goes by words and their parts, and says so`() async throws {
        try await withIndex { path in
            let search = CapabilitySearch(index: LibraryIndex(path: path), meaning: nil)
            let (names, ranking) = try await found("late departure", search)
            #expect(names == ["delay_profile"])
            #expect(ranking.caveat == "by words only: no embedding model")
            #expect(ranking.notices.count == 1)
            let typo = try await found("heatmpa", search)
            #expect(typo.names == ["plot_heatmap"])
            #expect(typo.ranking.notices.isEmpty)
            #expect(try await found("zebra", search).names.isEmpty)
        }
    }

    @Test func `a model that is not installed, dies or hangs leaves the search by words`() async throws {
        try await withIndex { path in
            let parts = try BuiltParts.find()
            let scripts = path + "-scripts"
            try FileManager.default.createDirectory(atPath: scripts, withIntermediateDirectories: true)
            for (script, reason) in [
                ("print('{\"missing\": \"the package x is not installed\"}')", "no embedding model: the package x"),
                ("raise SystemExit(3)", "it ended"), ("import time; time.sleep(600)", "took longer than"),
                ("print('no json')", "no JSON"),
                ("print('{\"model\": \"other\", \"dimensions\": 384}')", "another model"),
            ] {
                try script.write(toFile: scripts + "/__main__.py", atomically: true, encoding: .utf8)
                let meaning = MeaningProcess(python: parts.interpreter, package: scripts, patience: 2)
                let search = CapabilitySearch(index: LibraryIndex(path: path), meaning: meaning)
                let (names, ranking) = try await found("late departure", search)
                #expect(names == ["delay_profile"])
                #expect(ranking.caveat?.contains(reason) == true, "\(ranking.caveat ?? "nil")")
                await search.close()
            }
        }
    }

    @Test func `a process that died is started again`() async throws {
        try await withIndex { path in
            let parts = try BuiltParts.find()
            let scripts = path + "-scripts"
            try FileManager.default.createDirectory(atPath: scripts, withIntermediateDirectories: true)
            let script = """
                import base64, json, sys
                print(json.dumps({"model": "all-MiniLM-L6-v2-int8", "dimensions": 384}), flush=True)
                sys.stdin.readline()
                print(json.dumps({"vectors": [base64.b64encode(bytes([5] * 384)).decode()]}), flush=True)
                """
            try script.write(toFile: scripts + "/__main__.py", atomically: true, encoding: .utf8)
            let meaning = MeaningProcess(python: parts.interpreter, package: scripts, patience: 20)
            for _ in 0..<3 { #expect(try await meaning.vectors(of: ["x"]) == [[Int8](repeating: 5, count: 384)]) }
            let end = await #expect(throws: LibraryError.self) { _ = try await meaning.vectors(of: ["x"]) }
            #expect(end?.reason == "the embedding model ended 3 times")
        }
    }

    @Test func `many new meanings are made in the background, and until then that is said`() async throws {
        try await withIndex { path in
            let many = Dictionary(uniqueKeysWithValues: (0..<100).map { ("thing_\($0)", "Return thing \($0).") })
            let gate = DispatchSemaphore(value: 0)
            let opened = Mutex(false)
            let model = TestModel { texts throws(LibraryError) in
                if texts.count > 1, !opened.withLock({ $0 }) { gate.wait() }
                return texts.map { text in (0..<384).map { Int8(truncatingIfNeeded: text.hashValue >> ($0 % 24)) } }
            }
            let search = CapabilitySearch(index: LibraryIndex(path: path), meaning: model)
            let documents = documents(1, many)
            #expect(try await found("thing 7", search, documents).ranking.caveat == "100 of 100 not by meaning yet")
            opened.withLock { $0 = true }
            // Those that fit the words were asked for first, the others behind them.
            for _ in 0..<2 { gate.signal() }
            for _ in 0..<2_000 where try await found("thing 7", search, documents).ranking.caveat != nil {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(try await found("thing 7", search, documents).ranking.caveat == nil)
            // What is indexed once is not made again; what changed is.
            let before = model.texts.count
            var next = many
            next["thing_3"] = "Return another thing."
            _ = try await found("x", search, self.documents(2, next))
            #expect(model.texts.dropFirst(before).sorted() == ["thing 3. Return another thing.", "x"])
        }
    }

    @Test func `of many new documents those that fit the words best are known by meaning first, at any pace`()
        async throws
    {
        try await withIndex { path in
            let many = Dictionary(uniqueKeysWithValues: (0..<400).map { ("thing_\($0)", "Return part \($0).") })
            let model = TiredModel(after: 16)
            let search = CapabilitySearch(index: LibraryIndex(path: path), meaning: model)
            let documents = documents(1, many)
            let ranking = try await search.rank(
                "part 77", parts: ["the one with 77"], among: documents, isOffered: documents.all.map { _ in true },
                limit: 400, least: 0.3)
            let names = ranking.order.map { documents.all[$0.place].name }
            #expect(names.first == "thing 77")
            #expect((8..<400).contains(names.count))
            #expect(ranking.caveat == "\(400 - names.count) of 400 not by meaning yet")
            // The need and its parts were not kept waiting behind documents.
            #expect(model.texts.prefix(2) == ["part 77", "the one with 77"])
            await model.close()
        }
    }

    @Test func `one word that says what is wanted is not lost among common ones`() async throws {
        try await withIndex { path in
            var many = ["convert_time": "Convert between zones."]
            for number in 0..<150 { many["start_call_\(number)"] = "Start a call, find it." }
            for number in 0..<100 { many["idle_part_\(number)"] = "Return the share of idle time." }
            for number in 0..<750 { many["thing_\(number)"] = "Return nothing at all." }
            let documents = documents(1, many)
            let search = CapabilitySearch(index: LibraryIndex(path: path), meaning: nil)
            let (byWords, candidates) = try await search.places(
                byWordsOf: "we start the call and find the time", among: documents, limit: 400)
            let place = try #require(documents.all.firstIndex { $0.name == "convert time" })
            #expect(try #require(byWords.firstIndex(of: place)) >= 100)
            #expect(try #require(candidates.firstIndex(of: place)) <= 8)
            #expect(candidates.count == Set(candidates).count)
        }
    }

    @Test func `a damaged index is made anew in the middle of the work, and told`() async throws {
        try await withIndex { path in
            let search = CapabilitySearch(index: LibraryIndex(path: path), meaning: nil)
            _ = try await found("late", search)
            for file in [path, path + "-wal"] {
                let handle = try #require(FileHandle(forUpdatingAtPath: file))
                let size = try handle.seekToEnd()
                try handle.seek(toOffset: 0)
                try handle.write(contentsOf: Data(repeating: 0x55, count: Int(size)))
                try handle.close()
            }
            let other = CapabilitySearch(index: LibraryIndex(path: path), meaning: nil)
            let (names, ranking) = try await found("late", other)
            #expect(names == ["delay_profile"])
            #expect(ranking.notices.contains { $0.contains("is made anew") })
        }
    }

    @Test func `only what is offered is found`() async throws {
        try await withIndex { path in
            let search = CapabilitySearch(index: LibraryIndex(path: path), meaning: nil)
            let documents = documents()
            let offered = documents.all.map { $0.name != "delay profile" }
            let ranking = try await search.rank("late", among: documents, isOffered: offered, limit: 3)
            #expect(ranking.order.isEmpty)
        }
    }
}
