import LatheVocabulary

/// An agent of a session as `lathe watch` shows it.
struct AgentRow: Sendable, Hashable {
    var label: String
    var depth: Int
    var maxTurns: Int?
    var began: Double
    var turn = 0
    var tokens = 0
    var cost = Cost.none
    var sent = 0
    var tools = 0
    var phase = "starting"
    var isPaused = false
    /// How it ended, and after how many seconds; nil while it works.
    var end: (status: OutcomeStatus, reason: String, seconds: Double)? {
        get { ended.map { ($0.status, $0.reason, $0.seconds) } }
        set { ended = newValue.map { Ended(status: $0.status, reason: $0.reason, seconds: $0.seconds) } }
    }
    private var ended: Ended?

    private struct Ended: Sendable, Hashable {
        var status: OutcomeStatus
        var reason: String
        var seconds: Double
    }

    init(label: String, depth: Int, maxTurns: Int?, began: Double) {
        self.label = label
        self.depth = depth
        self.maxTurns = maxTurns
        self.began = began
    }

    static let alignment: [Alignment] = [.left, .left, .right, .right, .right, .left, .left]

    /// Mark and name, turns, tokens, money, time, what passed through it and waits for it, and what it does or why it ended.
    func cells(_ canvas: Canvas, unread: Int, now: Double) -> [StyledLine] {
        let (mark, style): (String, Style) =
            switch end?.status {
            case nil: isPaused ? ("‖", .yellow) : ("●", .cyan)
            case .complete: ("✓", .green)
            case .cancelled: ("⚠", .yellow)
            default: ("✗", .red)
            }
        let turns = end == nil ? "turn \(turn)" + (maxTurns.map { "/\($0)" } ?? "") : Figure.count(turn, "turn")
        let passed = [
            (sent, "sent"), (unread, "unread"), (tools, "tools"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
        let last = end.map { $0.status == .complete ? "" : $0.reason } ?? (isPaused ? "paused" : phase)
        return [
            canvas.pad(2 * depth) + canvas.text(mark + " ", style) + canvas.text(label, end == nil ? .bold : []),
            canvas.text(turns, .dim), canvas.text(Figure.tokens(tokens), .dim),
            canvas.text(Figure.money(cost) ?? "", .dim),
            canvas.text(end.map { Figure.duration($0.seconds) } ?? Figure.clock(now - began), .dim),
            canvas.text(passed, .dim), canvas.text(last, end == nil || end?.status == .complete ? .dim : .red),
        ]
    }
}
