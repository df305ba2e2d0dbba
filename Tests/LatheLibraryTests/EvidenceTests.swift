import Foundation
import Glibc
import LatheVocabulary
import Testing

@testable import LatheLibrary

/// A capability's tests and fixtures, which come and go with it.
struct EvidenceTests {
    private static let source = """
        def top_rows(n: int) -> int:
            \"\"\"Return a number of rows.\"\"\"
            return n
        """

    /// What an examiner finds is what the test says.
    private struct Examiner: CapabilityExaminer {
        var report: AdmissionReport
        func examine(_ proposal: CapabilityProposal) throws(LibraryError) -> AdmissionReport { report }
    }

    private func library(_ folder: String, _ report: AdmissionReport? = nil) -> SourceLibrary {
        SourceLibrary(
            folder: folder + "/library", python: "/usr/bin/python3", reader: SourceLibraryTests.reader,
            examiner: report.map(Examiner.init))
    }

    private func proposal(
        tests: String = "", fixtures: [String: [UInt8]] = [:], source: String = source
    ) -> CapabilityProposal {
        CapabilityProposal(
            kind: .function, name: "top_rows", source: source, session: "s", model: "m", tests: tests,
            fixtures: fixtures, cells: [3, 5], purpose: "It is \"needed\".")
    }

    private func files(_ folder: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: folder + "/library")?.compactMap { $0 as? String } ?? []
        return all.filter { ($0 as NSString).pathExtension != "" }.sorted()
    }

    @Test func `source, tests and fixtures come together and go together`() async throws {
        try await withScratch { folder in
            let report = AdmissionReport(tests: AdmissionReport.TestRun(passed: 1, seconds: 0.1), imports: ["json"])
            let library = library(folder, report)
            let saved = try await library.save(
                proposal(tests: "def test_x() -> None: ...\n", fixtures: ["a.csv": [1], "B.csv": [2]]))
            #expect(saved.report == report)
            #expect(saved.capability.cells == [3, 5])
            #expect(saved.capability.purpose == "It is \"needed\".")
            #expect(
                files(folder) == [
                    "proposed/functions/fixtures/top_rows/B.csv", "proposed/functions/fixtures/top_rows/a.csv",
                    "proposed/functions/test_top_rows.py", "proposed/functions/top_rows.py",
                ])
            // The hash that people can compute with coreutils.
            let place = folder + "/library/proposed/functions"
            let script = "cd \(place) && LC_ALL=C sha256sum test_top_rows.py fixtures/top_rows/* | sha256sum"
            #expect(try Self.output(of: script).hasPrefix(try #require(saved.capability.testsSHA256)))
            #expect(try await library.list() == [saved.capability])

            try "other".write(toFile: place + "/fixtures/top_rows/a.csv", atomically: false, encoding: .utf8)
            let changed = try await library.list()
            #expect(changed[0].problems.joined().contains("its tests are not those"))

            let second = try await library.save(proposal())
            #expect(second.replaced && second.capability.testsSHA256 == nil)
            #expect(files(folder) == ["proposed/functions/top_rows.py"])
        }
    }

    @Test func `what an examiner refuses is told all at once, and nothing is made`() async throws {
        try await withScratch { folder in
            let findings = [
                AdmissionReport.Finding(rule: "docstring-example", line: 2, reason: "Add an example.", isRefusal: true),
                AdmissionReport.Finding(rule: "note", reason: "Only for the reviewer.", isRefusal: false),
                AdmissionReport.Finding(rule: "ruff:F821", line: 3, reason: "Define x.", isRefusal: true),
            ]
            let error = await #expect(throws: LibraryError.self) {
                _ = try await library(folder, AdmissionReport(findings: findings)).save(proposal())
            }
            #expect(
                error
                    == LibraryError(
                        .refused,
                        """
                        It cannot be saved as it is:
                        • line 2: Add an example. [docstring-example]
                        • line 3: Define x. [ruff:F821]
                        """))
            #expect(files(folder).isEmpty)
        }
    }

    @Test(arguments: [
        (["../x": [1]], "cannot name a fixture"), ([".x": [1]], "cannot name a fixture"),
        (["x": [UInt8](repeating: 0, count: (1 << 20) + 1)], "1 MiB"),
    ])
    func `fixtures with strange names or of a size that is no fixture's are refused`(
        fixtures: [String: [UInt8]], reason: String
    ) async throws {
        try await withScratch { folder in
            let error = await #expect(throws: LibraryError.self) {
                _ = try await library(folder).save(proposal(fixtures: fixtures))
            }
            #expect(error?.code == .refused)
            #expect(error?.reason.contains(reason) == true)
            #expect(files(folder).isEmpty)
        }
    }

    @Test func `hard links and linked fixtures make a capability unusable, and are not written through`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            _ = try await library.save(proposal(tests: "def test_x() -> None: ...\n"))
            let place = folder + "/library/proposed/functions"
            link(place + "/top_rows.py", folder + "/elsewhere.py")
            let linked = try await library.list()
            #expect(linked[0].problems.joined().contains("hard link"))
            unlink(folder + "/elsewhere.py")
            mkdir(folder + "/outside", 0o755)
            symlink(folder + "/outside", place + "/fixtures")
            await #expect(throws: LibraryError.self) { _ = try await library.save(proposal(fixtures: ["a": [1]])) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/outside").isEmpty)
            let problems = try await library.list()[0].problems
            #expect(problems.joined().contains("link"))
        }
    }

    @Test func `who comes after a killed writer finishes what was whole and clears what was not`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            let saved = try await library.save(proposal(tests: "def test_x() -> None: ...\n"))
            let place = folder + "/library/proposed/functions"
            let manager = FileManager.default
            // Killed before anything was moved: the old tests are to go, the old source is still there.
            try manager.createDirectory(atPath: place + "/.placing-top_rows", withIntermediateDirectories: false)
            try Data().write(to: URL(fileURLWithPath: place + "/.placing-top_rows/clear"))
            let text = try String(contentsOfFile: place + "/top_rows.py", encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("tests_sha256") }
                .joined(separator: "\n")
            try text.write(toFile: place + "/.placing-top_rows/top_rows.py", atomically: false, encoding: .utf8)
            try manager.createDirectory(atPath: place + "/.writing-half", withIntermediateDirectories: false)
            try Data("def half(".utf8).write(to: URL(fileURLWithPath: place + "/.writing-half/half.py"))
            let after = try await library.list()
            #expect(after.map(\.problems) == [[]])
            #expect(after[0].testsSHA256 == nil && after[0].sha256 == saved.capability.sha256)
            #expect(try manager.contentsOfDirectory(atPath: place) == ["top_rows.py"])
        }
    }

    private static func output(of script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
