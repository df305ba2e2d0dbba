import Foundation
import LatheVocabulary
import Testing

@testable import LatheStore

/// docs/journal.md against a journal that holds every kind of event.
struct DocumentationTests {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/journal.md")

    @Test func `every query on the page runs and finds something`() async throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let queries = page.matches(of: /```sql\n((?s).+?)```/).map { String($0.output.1) }
        #expect(queries.count >= 5)
        try await withScratch { folder in
            let session = try await SessionStore(folder: folder).create("s")
            for body in EventSamples.bodies { _ = try await session.journal.append(body, at: .coordinator) }
            let failed = SubtaskOutcome(id: 2, label: "AA", place: .coordinator, status: .failed, reason: "no")
            _ = try await session.journal.append(.subtaskFinished(failed), at: .coordinator)
            let connection = try SQLiteConnection(path: session.folder.journal, mode: .readOnly)
            for query in queries {
                let statement = try connection.statement(query)
                #expect(try statement.step(), "finds nothing: \(query)")
            }
        }
    }

    @Test func `the page names every kind of event and the format`() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        for kind in EventBody.Kind.allCases { #expect(page.contains("`\(kind.rawValue)`"), "\(kind.rawValue)") }
        #expect(page.contains("(format \(JournalSchema.version))"))
        #expect(page.contains("`PRAGMA application_id` is \(JournalSchema.applicationID) "))
    }
}
