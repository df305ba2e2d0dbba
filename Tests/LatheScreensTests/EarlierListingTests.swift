import LatheVocabulary
import Testing

@testable import LatheScreens

struct EarlierListingTests {
    @Test func `a reviewer is shown what a next version breaks, why, and what it only says`() {
        let run = AdmissionReport.EarlierRun(
            version: 3, testsSHA256: "aa", passed: ["test_b"],
            failures: [
                .init(test: "test_a[1]", reason: "assert 2 == 1"), .init(test: "test_c", reason: "gone\u{1B}[2J"),
            ], breaks: ["test_a": "it is in percent", "test_b": "it differs"])
        let lines = EarlierListing.lines(run, Canvas(width: 110)).map(\.plain)
        #expect(
            lines.prefix(2) == [
                "tests of version 3 with it, when it was saved: 1 passed, 2 failed",
                "  breaks test_a[1], because: it is in percent (assert 2 == 1)",
            ])
        #expect(lines.last == "  says that it breaks test_b, which it does not: it differs")
        #expect(!lines.joined().contains("\u{1B}"))
        #expect(EarlierListing.json(run)["breaks"]?["test_b"] == "it differs")
    }
}
