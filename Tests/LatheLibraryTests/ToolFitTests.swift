import Foundation
import Testing

@testable import LatheLibrary

/// What makes a tool fit a task.
struct ToolFitTests {
    @Test func `a task is looked at as a whole and by the sentences that say something`() {
        let task = "Our call with Berlin starts at 16:30 there; find out what time that is in Tokyo and tell me that."
        #expect(
            TaskParts.of(task) == [
                "Our call with Berlin starts at 16:30 there", "find out what time that is in Tokyo",
            ])
        #expect(TaskParts.of("What time is it in Sydney right now?").isEmpty)
        #expect(TaskParts.of("").isEmpty)
        #expect(TaskParts.of(String(repeating: "Send one more letter to Ada.\n", count: 40)).count == 16)
    }

    @Test func `a rare word weighs nearly the same among ten tools and ten thousand`() {
        let weight = WordWeight.ofRareWords(0.065)
        // What BM25 gives for a word that one of so many has.
        let scores = [10: log(9.5 / 1.5), 10_000: log(9_999.5 / 1.5)]
        let added = scores.map { count, score in
            weight.added(score, best: 30, documents: count)
        }
        #expect(added.allSatisfy { (0.05...0.065).contains($0) })
        #expect(WordWeight.ofBest(0.05).added(15, best: 30, documents: 10) == 0.025)
    }
}
