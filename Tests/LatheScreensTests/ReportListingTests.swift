import LatheVocabulary
import Testing

@testable import LatheScreens

struct ReportListingTests {
    private let report = AdmissionReport(
        findings: [
            .init(rule: "bandit:B101", line: 4, reason: "an assert\u{1B}[2J\n  in the source", isRefusal: false)
        ],
        tests: .init(passed: 3, recorded: 2, seconds: 0.25, peakBytes: 34_000_000),
        mutation: .init(mutants: 5, noticed: 4, survivors: ["line 9: < became <="]),
        nearDuplicates: [.init(kind: .function, name: "sum_rows", likeness: 0.8, alike: ["source"])],
        imports: ["pandas"], hostCalls: [], leftOut: ["a call in cell 2: it looks secret"])

    @Test func `a reviewer is shown all that admission found, and nothing in it acts on the terminal`() {
        #expect(
            ReportListing.lines(report, .ofThis, Canvas(width: 120)).map(\.plain) == [
                "when it was saved (as the kernel that ran it reported: evidence, no proof)",
                "  tests: 3 passed, 2 of them calls that a session made · 0.25 s · at most 34 MB",
                "  small changes of its source that its tests notice: 4 of 5",
                "    not noticed: line 9: < became <=", "  told: line 4: an assert␛[2J in the source [bandit:B101]",
                "  resembles function sum_rows: 80 % (source)", "  imports: pandas",
                "  left out of its tests: a call in cell 2: it looks secret",
            ])
    }

    @Test func `programs get the same`() {
        let json = ReportListing.json(report)
        #expect(json["tests"]?["recorded"] == 2)
        #expect(json["mutation"]?["survivors"] == ["line 9: < became <="])
        #expect(json["findings"]?.arrayValue?.first?["line"] == 4)
        #expect(json["left_out"] == ["a call in cell 2: it looks secret"])
    }
}
