import Foundation
import LatheStore
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// A session over several program runs, with its journal and its saved memory.
final class MemoryScratch: @unchecked Sendable {
    let root: String
    let folder: MemoryFolder
    private(set) var events: [Event] = []
    /// How many cells each program run has run again.
    private(set) var rebuilt: [Int] = []

    private init(root: String) {
        self.root = root
        folder = MemoryFolder(path: root + "/memory")
    }

    static func with(_ body: (MemoryScratch) async throws -> Void) async throws {
        let root = FileManager.default.temporaryDirectory.path + "/lathe-memory-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await body(MemoryScratch(root: root))
    }

    /// One program run.
    func run(
        saving: Bool = true, inputs: [DataInput] = [], _ body: @escaping (SessionEngine) async throws -> Void
    ) async throws {
        let memory = SessionMemory(archive: folder, inputs: inputs, limit: saving ? 1 << 32 : nil)
        let (journal, again) = try await TestSession.run(
            ScriptedModel([]), inputs: inputs, past: events, memory: memory
        ) { session in
            try await body(session.engine)
            return (session.journal, session.rebuilt)
        }
        rebuilt.append(again)
        events = await journal.events(after: 0)
    }

    func record(_ body: EventBody) {
        events.append(Event(sequence: events.count + 1, time: 0, place: .coordinator, body: body))
    }

    var saved: [MemorySaved] { events.compactMap { if case .memorySaved(let one) = $0.body { one } else { nil } } }
    var restored: [MemoryRestored] {
        events.compactMap { if case .memoryRestored(let one) = $0.body { one } else { nil } }
    }
    var notices: [Notice] { events.compactMap { if case .notice(let one) = $0.body { one } else { nil } } }
}

extension SessionEngine {
    /// Compares what a cell's last expression is, as text; a failure is told as its traceback.
    func expect(
        _ code: String, is text: String, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await execute(code)
        #expect((result.value?.text.head ?? result.failure?.traceback) == text, sourceLocation: location)
    }

    func expect(
        _ code: String, holds part: String, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await execute(code)
        let text = result.value?.text.head ?? result.failure?.traceback ?? ""
        #expect(text.contains(part), sourceLocation: location)
    }
}
