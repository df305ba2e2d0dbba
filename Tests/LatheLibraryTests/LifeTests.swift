import Foundation
import LatheVocabulary
import Testing

@testable import LatheLibrary

/// The life of a capability: every decision, what it leaves on disk and in the library's journal, and what is refused.
struct LifeTests {
    private struct Examiner: CapabilityExaminer {
        /// A source with this text is not admitted.
        var refused = "FORBIDDEN"
        func examine(_ proposal: CapabilityProposal) throws(LibraryError) -> AdmissionReport {
            guard proposal.source.contains(refused) else { return AdmissionReport() }
            return AdmissionReport(findings: [.init(rule: "test", reason: "Take it out.", isRefusal: true)])
        }
    }

    /// Somebody writes to the library while it is looked at.
    private struct Intruder: CapabilityExaminer {
        var act: @Sendable () throws -> Void
        func examine(_ proposal: CapabilityProposal) throws(LibraryError) -> AdmissionReport {
            do {
                try act()
            } catch {
                throw LibraryError(.unreadable, "\(error)")
            }
            return AdmissionReport()
        }
    }

    private let journal = MemoryJournal()

    private func library(_ folder: String, trust: LibraryTrust = .pins, _ journal: MemoryJournal? = nil)
        -> SourceLibrary
    {
        SourceLibrary(
            folder: folder + "/library", python: "/usr/bin/python3", reader: SourceLibraryTests.reader,
            examiner: Examiner(), journal: journal ?? self.journal, trust: trust)
    }

    private func proposal(_ result: String = "n", session: String = "s1") -> CapabilityProposal {
        let source = "def top_rows(n: int) -> int:\n    \"\"\"Return rows.\"\"\"\n    return \(result)\n"
        return CapabilityProposal(
            kind: .function, name: "top_rows", source: source, session: session, model: "m",
            tests: "def test_x() -> None: ...\n", fixtures: ["a.csv": [1, 2]])
    }

    private func files(_ folder: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: folder + "/library")?.compactMap { $0 as? String } ?? []
        return all.filter { ($0 as NSString).pathExtension != "" }.sorted()
    }

    private func edit(_ folder: String, _ path: String, _ old: String, _ new: String) throws {
        let file = folder + "/library/" + path
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.contains(old))
        try text.replacing(old, with: new).write(toFile: file, atomically: false, encoding: .utf8)
    }

    private static let approvedFiles = [
        "functions/fixtures/top_rows/a.csv", "functions/test_top_rows.py", "functions/top_rows.py",
    ]

    @Test func `an approved proposal moves with its tests, and its later version takes its place`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            _ = try await library.save(proposal())
            let first = try await library.decide(.approve, .function, named: "top_rows", by: "Ada")
            #expect((first.status, first.version, first.problems) == (.approved, 1, []))
            #expect(files(folder) == Self.approvedFiles)

            _ = try await library.save(proposal("n + 1", session: "s2"))
            let versions = try await library.list().map(\.version)
            #expect(versions == [1, 2])
            let before = try await library.approvedBefore(library.list()[1])
            #expect(before?.body.contains("return n\n") == true)
            let second = try await library.decide(.approve, .function, named: "top_rows", by: "Bo")
            #expect((second.status, second.version, second.session) == (.approved, 2, "s2"))
            #expect(files(folder) == Self.approvedFiles)

            let history = try await library.history(named: "top_rows")
            #expect(history.map(\.action) == [.proposed, .approved, .proposed, .approved])
            #expect(history.map(\.reviewer) == [nil, "Ada", nil, "Bo"])
            #expect(history.map(\.version) == [1, 1, 2, 2])
            #expect(try await library.keptSource(first.sha256)?.contains("return n\n") == true)
            // A machine that knows nothing sees the same file as approved: it fits its block.
            #expect(try await self.library(folder, MemoryJournal()).list() == [second])
        }
    }

    @Test func `an approved file that is swapped is changed, also with a block that fits`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            _ = try await library.save(proposal())
            let approved = try await library.decide(.approve, .function, named: "top_rows", by: "Ada")
            let path = "functions/top_rows.py"
            try edit(folder, path, "return n\n", "return n * 2\n")
            let edited = try await library.list()[0]
            #expect(edited.status == .changed)
            // The swap brings its own hash: only the pin can tell.
            try edit(folder, path, approved.sha256, edited.sha256)
            let swapped = try await library.list()[0]
            #expect(swapped.status == .changed)
            #expect(swapped.problems.joined().contains("not what was approved here"))
            #expect(try await self.library(folder, trust: .files).list()[0].status == .approved)

            try Data([3]).write(to: URL(fileURLWithPath: folder + "/library/functions/fixtures/top_rows/a.csv"))
            let again = try await library.decide(.approve, .function, named: "top_rows", by: "Ada")
            #expect((again.status, again.version, again.problems) == (.approved, 2, []))
            #expect(again.testsSHA256 != approved.testsSHA256)
        }
    }

    @Test func `a rejected proposal is gone from the folder and kept in the journal`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            let saved = try await library.save(proposal())
            _ = try await library.decide(.reject(reason: "too small"), .function, named: "top_rows", by: "Ada")
            #expect(files(folder).isEmpty)
            #expect(try await library.history().last?.reason == "too small")
            #expect(try await library.keptSource(saved.capability.sha256)?.contains("def top_rows") == true)
            let error = await #expect(throws: LibraryError.self) {
                _ = try await library.decide(.reject(reason: "x"), .function, named: "top_rows", by: "Ada")
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test func `what waits for changes may be mended by any session, which is told the note`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            _ = try await library.save(proposal())
            let asked = try await library.decide(
                .askForChanges(note: "round it"), .function, named: "top_rows", by: "Ada")
            #expect(asked.status == .changesAsked && asked.problems.isEmpty)
            let mended = try await library.save(proposal("round(n)", session: "s7"))
            #expect(mended.replaced && mended.capability.status == .proposed)
            #expect(mended.note == "round it")
            #expect(try await library.save(proposal("round(n)", session: "s7")).note == nil)
        }
    }

    @Test func `a deprecated one stays so, here and by its file`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            _ = try await library.save(proposal())
            let early = await #expect(throws: LibraryError.self) {
                _ = try await library.decide(.deprecate(reason: nil), .function, named: "top_rows", by: "Ada")
            }
            #expect(early?.code == .notFound)
            _ = try await library.decide(.approve, .function, named: "top_rows", by: "Ada")
            let deprecated = try await library.decide(
                .deprecate(reason: "old"), .function, named: "top_rows", by: "Ada")
            #expect((deprecated.status, deprecated.problems) == (.deprecated, []))
            #expect(try await self.library(folder, MemoryJournal()).list()[0].status == .deprecated)
            // Taken back to what it was by hand: here it is still deprecated, until somebody approves it.
            try edit(folder, "functions/top_rows.py", "\"deprecated\"", "\"approved\"")
            #expect(try await library.list()[0].status == .deprecated)
            let approved = try await library.decide(.approve, .function, named: "top_rows", by: "Ada")
            #expect((approved.status, approved.version) == (.approved, 1))
        }
    }

    @Test func `what would not be admitted is not approved either`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            let error = await #expect(throws: LibraryError.self) {
                _ = try await library.save(proposal("'FORBIDDEN'"))
            }
            #expect(error?.reason.contains("Take it out.") == true)
            #expect(try await library.history().map(\.action) == [.refused])
            _ = try await library.save(proposal())
            let path = "proposed/functions/top_rows.py"
            try edit(folder, path, "return n\n", "return 'FORBIDDEN'\n")
            await #expect(throws: LibraryError.self) {
                _ = try await library.decide(.approve, .function, named: "top_rows", by: "Ada")
            }
            try edit(folder, path, "return 'FORBIDDEN'\n", "return (\n")
            await #expect(throws: LibraryError.self) {
                _ = try await library.decide(.approve, .function, named: "top_rows", by: "Ada")
            }
            #expect(!files(folder).contains("functions/top_rows.py"))
            // Mended by hand, it is admitted again and approved as it is now.
            try edit(folder, path, "return (\n", "return 3\n")
            let approved = try await library.decide(.approve, .function, named: "top_rows", by: "Ada")
            #expect((approved.status, approved.problems) == (.approved, []))
        }
    }

    @Test func `what comes in its place while it is examined is not approved`() async throws {
        try await withScratch { folder in
            _ = try await library(folder).save(proposal())
            let path = folder + "/library/proposed/functions/test_top_rows.py"
            for content in ["def test_y() -> None: ...\n", "def test_z() -> None: ...\n"] {
                try content.write(toFile: path, atomically: false, encoding: .utf8)
                let watched = SourceLibrary(
                    folder: folder + "/library", python: "/usr/bin/python3", reader: SourceLibraryTests.reader,
                    examiner: Intruder {
                        try "def test_other() -> None: ...\n".write(toFile: path, atomically: false, encoding: .utf8)
                    }, journal: journal)
                let error = await #expect(throws: LibraryError.self) {
                    _ = try await watched.decide(.approve, .function, named: "top_rows", by: "Ada")
                }
                #expect(error?.reason.contains("proposed/functions/top_rows.py is not what was shown") == true)
            }
            #expect(try await library(folder).history().map(\.action) == [.proposed])
        }
    }

    @Test func `a decision about what was shown is not one about what lies there now`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            _ = try await library.save(proposal())
            let first = try await library.item(.function, named: "top_rows", .proposed)
            #expect((first.isEdited, first.approved, first.fixtures) == (false, nil, ["a.csv": 2]))
            // Neither the source nor what its tests read may differ.
            try Data([1, 3]).write(
                to: URL(fileURLWithPath: folder + "/library/proposed/functions/fixtures/top_rows/a.csv"))
            #expect(try await library.item(.function, named: "top_rows", .proposed).isEdited)
            for decision in [CapabilityDecision.approve, .reject(reason: "x"), .askForChanges(note: "y")] {
                let error = await #expect(throws: LibraryError.self) {
                    _ = try await library.decide(
                        decision, .function, named: "top_rows", by: "Ada", shown: first.shown)
                }
                #expect(error?.reason.contains("is not what was shown") == true)
            }
            let second = try await library.item(.function, named: "top_rows", .proposed)
            let approved = try await library.decide(
                .approve, .function, named: "top_rows", by: "Ada", shown: String(second.shown.prefix(16)))
            #expect(approved.status == .approved)
            // It was examined again, which its approval tells.
            #expect(try await library.history().last?.report != nil)
        }
    }

    @Test func `an edit takes the proposal's place once it is admitted, and the journal names who made it`()
        async throws
    {
        try await withScratch { folder in
            let library = library(folder)
            _ = try await library.save(proposal())
            let first = try await library.item(.function, named: "top_rows", .proposed)
            func edit(_ result: String, shown: String) async throws -> Capability {
                try await library.edit(
                    .function, named: "top_rows", source: first.body.replacing("return n", with: "return \(result)"),
                    tests: "def test_y() -> None: ...\n", shown: shown, by: "Ada")
            }
            let refused = await #expect(throws: LibraryError.self) {
                _ = try await edit("'FORBIDDEN'", shown: first.shown)
            }
            #expect(refused?.reason.contains("Take it out.") == true)
            #expect(try await library.item(.function, named: "top_rows", .proposed) == first)

            let edited = try await edit("n + 2", shown: first.shown)
            let second = try await library.item(.function, named: "top_rows", .proposed)
            #expect(second.body.contains("return n + 2\n") && second.tests == "def test_y() -> None: ...\n")
            #expect((second.isEdited, second.editor, second.fixtures) == (false, "Ada", first.fixtures))
            #expect((edited.session, edited.version, edited.problems) == ("s1", 1, []))
            #expect(try await library.history().last?.sha256 == edited.sha256)
            // What is there now is another one than the first that was shown.
            let late = await #expect(throws: LibraryError.self) { _ = try await edit("n + 3", shown: first.shown) }
            #expect(late?.reason.contains("is not what was shown") == true)
            let approved = try await library.decide(
                .approve, .function, named: "top_rows", by: "Bo", shown: second.shown)
            #expect(approved.sha256 == edited.sha256)
            #expect(try await library.history().map(\.action) == [.proposed, .edited, .approved])
        }
    }
}
