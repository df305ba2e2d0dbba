/// How some turns of a subtask went: what an edit of its context is judged by. docs/contexts.md states the rule.
package struct ContextMeasure: Sendable, Hashable, Codable {
    /// Turns that were looked at, and those in which a cell ended well that had not been run with that outcome before.
    package var turns: Int
    package var progressed: Int
    /// Cells that failed, and cells that were run before with the same outcome.
    package var failed: Int
    package var repeated: Int

    package init(turns: Int = 0, progressed: Int = 0, failed: Int = 0, repeated: Int = 0) {
        self.turns = turns
        self.progressed = progressed
        self.failed = failed
        self.repeated = repeated
    }

    /// Counts for every turn: progress for it, each failed or repeated cell against it.
    package var score: Int { progressed - failed - repeated }

    /// Compared by turn, since there may be fewer turns on one side; without a turn before, that side counts as nothing gained.
    package func isWorse(than before: ContextMeasure) -> Bool {
        if progressed == 0, before.progressed > 0 { return true }
        return score * max(before.turns, 1) < before.score * max(turns, 1)
    }

    package func isBetter(than before: ContextMeasure) -> Bool {
        progressed > 0 && score * max(before.turns, 1) > before.score * max(turns, 1)
    }

    package static func + (one: ContextMeasure, other: ContextMeasure) -> ContextMeasure {
        ContextMeasure(
            turns: one.turns + other.turns, progressed: one.progressed + other.progressed,
            failed: one.failed + other.failed, repeated: one.repeated + other.repeated)
    }

    /// Such as `1 of 3 turns got on, 2 cells failed, 0 were repeated`.
    package var sentence: String {
        "\(progressed) of \(turns) turns got on, \(failed) cells failed, \(repeated) were repeated"
    }
}
