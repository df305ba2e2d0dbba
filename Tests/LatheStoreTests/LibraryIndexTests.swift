import Foundation
import LatheVocabulary
import Testing

@testable import LatheStore

/// The index of a library over real files.
struct LibraryIndexTests {
    private func document(_ name: String, _ summary: String, sha256: String = "1") -> SearchedDocument {
        SearchedDocument(
            Capability(
                kind: .function, name: name, path: "functions/\(name).py", signature: "\(name)(x: int) -> int",
                summary: summary, status: .approved, created: "2026-01-01", session: "s", model: "m", sha256: sha256),
            docstring: summary)
    }

    private var three: [SearchedDocument] {
        [
            document("mean_delay", "Return how late flights were."), document("split_name", "Separate names."),
            document("plot_map", "Draw where flights went."),
        ]
    }

    @Test func `words are found by their stem, parts of words as they are, the better first`() async throws {
        try await withScratch { folder in
            let index = LibraryIndex(path: folder + "/new/index.db")
            let numbers = try index.hold(three)
            let late = try index.scores(ofWords: ["flight", "delays"])
            #expect(Set(late.keys) == [numbers[0], numbers[2]])
            #expect(late[numbers[0]] ?? 0 > late[numbers[2]] ?? 0)
            #expect(try index.scores(ofWords: ["naming"]).keys.contains(numbers[1]))
            #expect(try index.scores(ofPieces: ["ela", "lay"], limit: 5).keys.elementsEqual([numbers[0]]))
            #expect(try index.scores(ofWords: ["\"", "OR"]).isEmpty)
        }
    }

    @Test func `only what changed is indexed again, and what is gone is found no more`() async throws {
        try await withScratch { folder in
            let index = LibraryIndex(path: folder + "/index.db")
            let before = try index.hold(three)
            let after = try index.hold([
                document("mean_delay", "Return the mean of waiting times.", sha256: "2"), three[1],
            ])
            #expect(after[1] == before[1])
            #expect(try index.scores(ofWords: ["waiting"]).keys.elementsEqual([after[0]]))
            #expect(try index.scores(ofWords: ["flights"]).isEmpty)
            #expect(try index.scores(ofPieces: ["map"], limit: 5).isEmpty)
        }
    }

    @Test func `vectors stay while a capability with their meaning is there`() async throws {
        try await withScratch { folder in
            let path = folder + "/index.db"
            let index = LibraryIndex(path: path)
            _ = try index.hold(three)
            let vectors = [three[0].meaning: [Int8](repeating: 3, count: 4), "gone. Gone.": [1, 2, 3, -4]]
            try index.keep(vectors, of: "m")
            #expect(try LibraryIndex(path: path).vectors(of: "m") == [three[0].meaning: [3, 3, 3, 3]])
            #expect(try LibraryIndex(path: path).vectors(of: "other").isEmpty)
        }
    }

    @Test func `a damaged file, and one of another version, is made anew and told`() async throws {
        try await withScratch { folder in
            let path = folder + "/index.db"
            _ = try LibraryIndex(path: path).hold(three)
            try Data(repeating: 7, count: 20_000).write(to: URL(fileURLWithPath: path))
            let index = LibraryIndex(path: path)
            #expect(throws: LibraryError.self) { try index.hold(three) }
            let told = index.takeNotices()
            #expect(told.count == 1)
            #expect(told.first?.contains("is made anew") == true)
            let numbers = try index.hold(three)
            #expect(try index.scores(ofWords: ["names"]).keys.elementsEqual([numbers[1]]))
            #expect(index.takeNotices().isEmpty)
            let connection = try SQLiteConnection(path: path, mode: .readWrite)
            try connection.execute("PRAGMA user_version = 99")
            let later = LibraryIndex(path: path)
            #expect(throws: LibraryError.self) { try later.hold(three) }
            #expect(try later.hold(three).count == 3)
            #expect(later.takeNotices().first?.contains("another version") == true)
        }
    }

    @Test func `where nothing can be written the index is in memory, and that is told`() throws {
        let index = LibraryIndex(path: "/proc/no/such/index.db")
        #expect(throws: LibraryError.self) { try index.hold(three) }
        let numbers = try index.hold(three)
        #expect(try index.scores(ofWords: ["names"]).keys.elementsEqual([numbers[1]]))
        #expect(index.takeNotices().first?.contains("in memory alone") == true)
    }

    @Test func `what another program wrote is noticed, since its numbers may be others`() async throws {
        try await withScratch { folder in
            let path = folder + "/index.db"
            let (one, other) = (LibraryIndex(path: path), LibraryIndex(path: path))
            _ = try one.hold(three)
            _ = try other.hold([three[2]])
            #expect(throws: LibraryError.self) { try one.scores(ofWords: ["names"]) }
            let numbers = try one.hold(three)
            #expect(try one.scores(ofWords: ["names"]).keys.elementsEqual([numbers[1]]))
        }
    }
}
