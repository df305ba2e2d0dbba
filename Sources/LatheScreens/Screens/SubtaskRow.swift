import LatheVocabulary

/// A subtask as the live view knows it.
struct SubtaskRow: Sendable, Hashable {
    var label: String
    var depth: Int
    var maxTurns: Int
    var began: Double
    var turn = 0
    var tokens = 0
    var phase = "starting"
    var outcome: SubtaskOutcome?

    init(_ started: SubtaskStarted, at time: Double) {
        label = started.label
        depth = started.place.depth
        maxTurns = started.maxTurns
        began = time
    }

    var isRunning: Bool { outcome == nil }
    var isFailed: Bool { outcome.map { $0.status != .complete } ?? false }

    /// Symbol and label, turns, tokens, seconds, and what it does or why it failed.
    func cells(_ canvas: Canvas, now: Double, spinner: String) -> [StyledLine] {
        let (mark, style): (String, Style) =
            switch outcome?.status {
            case nil: (spinner, .cyan)
            case .complete: ("✓", .green)
            case .cancelled: ("⚠", .yellow)
            default: ("✗", .red)
            }
        let seconds = outcome.map { Figure.duration($0.seconds) } ?? Figure.clock(now - began)
        let turns = outcome?.turns ?? turn
        let spent = outcome.map { $0.usage.total > 0 ? $0.usage.total : tokens } ?? tokens
        let last = outcome.map { $0.status == .complete ? "" : $0.reason } ?? phase
        return [
            canvas.pad(2 * max(1, depth)) + canvas.text(mark + " ", style)
                + canvas.text(label, outcome == nil ? .bold : []),
            canvas.text(outcome == nil ? "turn \(turns)/\(maxTurns)" : Figure.count(turns, "turn"), .dim),
            canvas.text(Figure.tokens(spent), .dim),
            canvas.text(seconds, .dim),
            canvas.text(last, isFailed ? .red : .dim),
        ]
    }

    static let alignment: [Alignment] = [.left, .left, .right, .right, .left]
}
