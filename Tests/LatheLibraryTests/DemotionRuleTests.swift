import LatheVocabulary
import Testing

@testable import LatheLibrary

/// When failures take a capability's place, and when they do not.
struct DemotionRuleTests {
    private func isDemoted(
        _ failed: Int, of calls: Int, in sessions: Int, well: Int = 0, _ rule: DemotionRule = .init()
    ) -> Bool {
        let bad = Array(repeating: UseTally(calls: calls, failures: failed), count: sessions)
        let good = Array(repeating: UseTally(calls: 1), count: well)
        return rule.reason(bad + good, []) != nil
    }

    @Test func `a few sessions in which everything failed are enough, one bad day is not`() {
        #expect(isDemoted(1, of: 1, in: 3))
        #expect(!isDemoted(1, of: 1, in: 2) && !isDemoted(1_000_000, of: 1_000_000, in: 1))
        #expect(!isDemoted(1, of: 1, in: 3, well: 1) && !isDemoted(1, of: 1, in: 5, well: 1))
        #expect(isDemoted(1, of: 1, in: 6, well: 1))
        // Half of the calls of each session.
        #expect(!isDemoted(5, of: 10, in: 20) && isDemoted(8, of: 10, in: 20))
        #expect(!isDemoted(0, of: 10, in: 20))
    }

    @Test func `a session weighs the same however often it calls`() {
        #expect(!isDemoted(1_000_000, of: 1_000_000, in: 1, well: 5))
    }

    @Test func `what its callers did wrong says nothing of it`() {
        let excused = Array(repeating: UseTally(calls: 9, excused: 9), count: 9)
        #expect(DemotionRule().reason(excused, []) == nil)
        let mixed = Array(repeating: UseTally(calls: 9, excused: 8, failures: 1), count: 3)
        #expect(
            DemotionRule().reason(excused + mixed, ["KeyError", "OSError"])
                == "3 of 3 calls failed (KeyError, OSError) in the newest 3 sessions that used it")
    }

    @Test func `a stricter rule is kept to`() {
        #expect(isDemoted(1, of: 1, in: 1, DemotionRule(share: 0.2, sessions: 1)))
        #expect(!isDemoted(1, of: 1, in: 9, DemotionRule(share: 0.5, sessions: 10)))
        #expect(DemotionRule.lowest([]) == 0)
        #expect(abs(DemotionRule.lowest([1, 1, 1]) - 0.5257) < 0.001)
    }
}
