import Foundation
import LatheLibrary
import LatheStore
import LatheTestSupport
import LatheVocabulary
import Testing

/// Near-duplicates by meaning, with the real index and the real model; what else an examiner finds is given.
struct ResemblingTests {
    private struct Examiner: CapabilityExaminer {
        var report = AdmissionReport()

        func examine(_ proposal: CapabilityProposal) throws(LibraryError) -> AdmissionReport { report }
    }

    /// Of a model that is not there.
    private struct NoModel: MeaningModel {
        let name = "none"

        func vectors(of texts: [String]) throws(LibraryError) -> [[Int8]] {
            throw LibraryError(.notFound, "no embedding model: not installed")
        }

        func close() {}
    }

    private func withLibrary(
        _ body: ((_ found: AdmissionReport, _ meaning: any MeaningModel) throws -> SourceLibrary) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let parts = try BuiltParts.find()
        try await body { report, meaning in
            let search = CapabilitySearch(index: LibraryIndex(path: folder + "/index.db"), meaning: meaning)
            return SourceLibrary(
                folder: folder + "/library", python: parts.interpreter, reader: parts.root + "/python/lathe_library",
                examiner: Examiner(report: report), search: search)
        }
    }

    private func proposal(_ name: String, _ sentence: String, _ body: String) -> CapabilityProposal {
        let source = """
            import pandas as pd


            def \(name)(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
                \"""\(sentence)\"""
                \(body)

            """
        return CapabilityProposal(kind: .function, name: name, source: source, session: "s", model: "m")
    }

    private var first: CapabilityProposal {
        proposal(
            "drop_duplicate_rows", "Keep the newest row of each key and remove the others.",
            "return rows.drop_duplicates(keys, keep='last')")
    }

    private var paraphrase: CapabilityProposal {
        proposal(
            "deduplicate_records", "Remove repeated records and keep the latest one for every key.",
            "return rows.groupby(keys).tail(1)")
    }

    @Test func `a paraphrase with other code is told, a stranger is not`() async throws {
        try await withLibrary { open in
            let library = try open(AdmissionReport(), try BuiltParts.find().meaning)
            #expect(try await library.save(first).report?.nearDuplicates == [])
            let report = try #require(try await library.save(paraphrase).report)
            #expect(report.nearDuplicates.map(\.name) == ["drop_duplicate_rows"])
            #expect(report.nearDuplicates.map(\.alike) == [["meaning"]])
            #expect(report.nearDuplicates.allSatisfy { (0.7...1).contains($0.likeness) })
            #expect(report.findings == [])
            let stranger = proposal("measure_inequality", "Measure inequality between 0 and 1.", "return rows")
            #expect(try await library.save(stranger).report?.nearDuplicates == [])
        }
    }

    @Test func `what is alike in several ways is named once`() async throws {
        try await withLibrary { open in
            let near = AdmissionReport.NearDuplicate(
                kind: .function, name: "drop_duplicate_rows", likeness: 0.71, alike: ["docstring"])
            let library = try open(AdmissionReport(nearDuplicates: [near]), try BuiltParts.find().meaning)
            _ = try await library.save(first)
            let report = try #require(try await library.save(paraphrase).report)
            #expect(report.nearDuplicates.map(\.alike) == [["docstring", "meaning"]])
            #expect(report.nearDuplicates.allSatisfy { $0.likeness > 0.71 })
        }
    }

    @Test func `without a model it is told that meanings were not compared`() async throws {
        try await withLibrary { open in
            let library = try open(AdmissionReport(), NoModel())
            // Nothing to compare with, nothing to tell.
            #expect(try await library.save(first).report?.findings == [])
            let findings = try #require(try await library.save(paraphrase).report).findings
            #expect(findings.map(\.rule) == ["unchecked"])
            #expect(findings.allSatisfy { !$0.isRefusal && $0.reason.contains("no embedding model: not installed") })
        }
    }
}
