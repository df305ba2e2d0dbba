import Foundation
import LatheKernelHost
import LatheLibrary
import LatheStore
import LatheTestSupport
import LatheVocabulary
import Testing

/// A next version of an approved capability against that one's tests, in real sandboxed kernels.
@Suite(.serialized) struct NextVersionTests {
    private static let percent = AdmissionTests.source
        .replacing("    0.5\n", with: "    50.0\n").replacing("return float(", with: "return 100 * float(")
    private static let percentTests = AdmissionTests.tests.replacing("== 0.5", with: "== 50.0")
        .replacing("test_recorded_1", with: "test_percent")

    private static func proposal(
        _ source: String = percent, _ tests: String = percentTests, breaks: [String: String] = [:]
    ) -> CapabilityProposal {
        CapabilityProposal(
            kind: .function, name: "compute_share", source: source, session: "test", model: "scripted", tests: tests,
            breaks: breaks)
    }

    /// Opens a library in which version 1 is approved.
    private static func approved(
        _ body: (SourceLibrary, _ folder: String) async throws -> Void
    ) async throws {
        try await AdmissionTests.examining { _, examiner in
            let built = try BuiltParts.find()
            let folder = FileManager.default.temporaryDirectory.path + "/lathe-test-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            var examiner = examiner
            examiner.limits.mutants = 0
            let library = SourceLibrary(
                folder: folder + "/library", python: built.interpreter, reader: built.root + "/python/lathe_library",
                examiner: examiner, journal: LibraryDatabase(folder: folder + "/.lathe"))
            _ = try await library.save(proposal(AdmissionTests.source, AdmissionTests.tests))
            _ = try await library.decide(.approve, .function, named: "compute_share", by: "Ada")
            try await body(library, folder + "/library/")
        }
    }

    private static func edit(_ file: String, _ old: String, _ new: String) throws {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.contains(old))
        try text.replacing(old, with: new).write(toFile: file, atomically: false, encoding: .utf8)
    }

    @Test func `a next version passes the tests of the approved one, or says which it breaks and why`() async throws {
        try await Self.approved { library, folder in
            let same = AdmissionTests.source.replacing("> limit).mean())", with: "> limit).to_numpy().mean())")
            let first = try await library.save(Self.proposal(same, Self.percentTests.replacing("50.0", with: "0.5")))
            #expect(first.report?.earlier?.passed == ["test_recorded_1", "test_empty"])
            #expect(first.report?.earlier?.version == 1 && first.capability.version == 2)

            let refused = await #expect(throws: LibraryError.self) { _ = try await library.save(Self.proposal()) }
            #expect(refused?.reason.contains("`test_recorded_1` of the approved version 1 fails with it") == true)
            #expect(refused?.reason.contains("[breaks-old-test]") == true)
            #expect(refused?.reason.contains("`test_empty`") == false)

            let wrong = ["test_other": "it is gone", "test_empty": "it differs"]
            let misled = await #expect(throws: LibraryError.self) {
                _ = try await library.save(Self.proposal(breaks: wrong))
            }
            #expect(misled?.reason.contains("[breaks-old-test]") == true)

            let breaks = wrong.merging(["test_recorded_1": "it is in percent now"]) { $1 }
            let saved = try await library.save(Self.proposal(breaks: breaks))
            let report = try #require(saved.report)
            #expect(saved.replaced && report.isAdmitted)
            #expect(
                report.findings.map(\.rule).filter { $0.hasPrefix("breaks") }.sorted() == [
                    "breaks-nothing", "breaks-nothing", "breaks-said",
                ])
            #expect(report.findings.contains { $0.reason.contains("`test_other`: version 1 has no such test") })
            #expect(report.findings.contains { $0.reason.contains("because: it is in percent now") })
            let run = try #require(try await library.report(on: saved.capability)?.earlier)
            #expect((run.passed, run.failures.map(\.test)) == (["test_empty"], ["test_recorded_1"]))
            #expect(run == report.earlier && run.breaks == breaks)

            // What a person edits is examined with the reasons that were given, and with no others.
            _ = try await library.save(Self.proposal(breaks: ["test_recorded_1": "it is in percent now"]))
            let place = folder + "proposed/functions/"
            try Self.edit(place + "compute_share.py", "return 0.0", "return 0.25")
            try Self.edit(place + "test_compute_share.py", "== 0.0", "== 0.25")
            let unsaid = await #expect(throws: LibraryError.self) {
                _ = try await library.decide(.approve, .function, named: "compute_share", by: "Ada")
            }
            #expect(unsaid?.reason.contains("`test_empty` of the approved version 1 fails with it") == true)
            #expect(unsaid?.reason.contains("test_recorded_1") == false)
            try Self.edit(place + "compute_share.py", "return 0.25", "return 0.00")
            try Self.edit(place + "test_compute_share.py", "== 0.25", "== 0.0")
            let second = try await library.decide(.approve, .function, named: "compute_share", by: "Ada")
            #expect((second.version, second.status) == (2, .approved))
            #expect(try await library.report(on: saved.capability)?.earlier == nil)
        }
    }

    @Test func `tests that are not the approved ones are not run, which is told`() async throws {
        try await Self.approved { library, folder in
            try Self.edit(folder + "functions/test_compute_share.py", "== 0.5", "== 50.0")
            let saved = try await library.save(Self.proposal())
            #expect(saved.report?.earlier == nil)
            let told = try #require(saved.report?.findings.first { $0.rule == "unchecked" })
            #expect(told.reason.contains("functions/test_compute_share.py or its fixtures are not what was approved"))
            #expect(!told.isRefusal)
            // Once they are back, what waits is examined with them before it is approved.
            try Self.edit(folder + "functions/test_compute_share.py", "== 50.0", "== 0.5")
            let refused = await #expect(throws: LibraryError.self) {
                _ = try await library.decide(.approve, .function, named: "compute_share", by: "Ada")
            }
            #expect(refused?.reason.contains("[breaks-old-test]") == true)
        }
    }
}
