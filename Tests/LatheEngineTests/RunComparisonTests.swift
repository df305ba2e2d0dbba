import LatheVocabulary
import Testing

@testable import LatheEngine

@Suite struct RunComparisonTests {
    private let day = 1_700_000_000.0  // 2023-11-14

    private func run(
        at time: Double, printed: String, value: String = "3", shape: [Int] = [2], status: CellStatus = .ok,
        outcome: OutcomeStatus = .complete
    ) -> [Event] {
        let text = CapturedText(bytes: printed.utf8.count, head: printed)
        let result = CellResult(
            number: 1, status: status, seconds: 1, stdout: text,
            value: CellResult.Value(type: "int", text: CapturedText(bytes: 1, head: value), name: "_1"),
            variables: VariableListing(items: [Variable(name: "df", type: "DataFrame", bytes: 7, shape: shape)]))
        let bodies: [EventBody] = [
            .taskSubmitted(TaskSubmitted(task: "t")), .cellStarted(Cell(number: 1, code: "x")), .cellFinished(result),
            .taskFinished(TaskOutcome(status: outcome, answer: "a")),
        ]
        return bodies.enumerated().map {
            Event(sequence: $0.offset + 1, time: time, place: .coordinator, body: $0.element)
        }
    }

    private func compared(_ old: [Event], _ new: [Event]) -> ReplayCompared {
        RunComparison(recorded: old, replayed: new).compared(from: "s")
    }

    @Test func `addresses, paths, the days of the runs and durations are no differences`() {
        let old = run(
            at: day, printed: "<A at 0x7f00aa11bb22> /tmp/a1/b on 2023-11-14 22:13:20.5\nWall time: 12 ms\nn 5")
        let new = run(
            at: day + 86_400 * 3,
            printed: "<A at 0x7f99> /tmp/zz on 2023-11-17\nWall time: 4.5 ms\nn 5".replacing(
                "0x7f99", with: "0x7f99aa11bb22"))
        #expect(compared(old, new).isSame)
    }

    @Test func `a date of the data is a difference, and so is a figure`() {
        let result = compared(
            run(at: day, printed: "on 2001-01-01\n27 min"), run(at: day, printed: "on 2001-01-02\n28 min"))
        #expect(result.differences.map(\.what) == ["stdout"])
        #expect(result.differences.first?.lines == ["- on 2001-01-01", "- 27 min", "+ on 2001-01-02", "+ 28 min"])
    }

    @Test func `values, shapes and outcomes are compared`() {
        let result = compared(
            run(at: day, printed: ""), run(at: day, printed: "", value: "4", shape: [3], outcome: .failed))
        #expect(result.differences.map(\.what) == ["value", "variable df", "outcome"])
        #expect(result.differences[1].lines == ["- DataFrame 2", "+ DataFrame 3"])
    }

    @Test func `what was stopped from outside is stopped again`() {
        let old = run(at: day, printed: "1 2 3", status: .interrupted, outcome: .cancelled)
        let new = run(at: day, printed: "1 2", status: .interrupted, outcome: .outOfBudget)
        #expect(compared(old, new).isSame)
    }

    @Test func `a cell that did not run is named`() {
        let old = run(at: day, printed: "")
        #expect(compared(old, old.filter { $0.sequence == 1 }).differences.map(\.what) == ["cell", "task 1"])
    }

    @Test func `long differences are bounded and say so`() {
        let many = (0..<500).map { "line \($0)" }.joined(separator: "\n")
        let lines = LineDifference(many, "other").lines
        #expect(lines.count == 61)
        #expect(lines.last == "  … 441 more lines of difference")
        #expect(LineDifference("a\nb\nc", "a\nx\nc").lines == ["  a", "- b", "+ x", "  c"])
    }
}
