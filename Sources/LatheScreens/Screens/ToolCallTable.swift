import LatheVocabulary

/// The calls of tools since the newest cell of the coordinator began, its subtasks' too, by tool.
struct ToolCallTable: Sendable, Hashable {
    private struct Key: Sendable, Hashable {
        var place: Place
        var call: Int
    }

    private struct Row: Sendable, Hashable {
        var calls = 0
        var failed = 0
        /// Of those that ended.
        var seconds = 0.0
        /// When those that have no answer yet began.
        var running: [Key: Double] = [:]
    }

    private var rows: [String: Row] = [:]
    /// As they were first called.
    private var order: [String] = []
    private var names: [Key: String] = [:]

    var isEmpty: Bool { order.isEmpty }
    var running: Int { rows.values.reduce(0) { $0 + $1.running.count } }

    mutating func begin(_ call: HostCalled, at place: Place, time: Double) {
        guard call.name == "tool_call" else { return }
        let name = "\(call.arguments["server"]?.stringValue ?? "")/\(call.arguments["name"]?.stringValue ?? "")"
        if rows[name] == nil { order.append(name) }
        let key = Key(place: place, call: call.call)
        names[key] = name
        rows[name, default: Row()].calls += 1
        rows[name, default: Row()].running[key] = time
    }

    mutating func end(_ answer: HostAnswered, at place: Place, time: Double) {
        let key = Key(place: place, call: answer.call)
        guard let name = names.removeValue(forKey: key), var row = rows[name] else { return }
        row.seconds += time - (row.running.removeValue(forKey: key) ?? time)
        let isError = answer.reason != nil || answer.value?["result"]?["is_error"]?.boolValue == true
        row.failed += isError ? 1 : 0
        rows[name] = row
    }

    /// `tools  41 calls, 1 running, 2 failed`.
    func heading(_ canvas: Canvas) -> StyledLine {
        let calls = rows.values.reduce(0) { $0 + $1.calls }
        let failed = rows.values.reduce(0) { $0 + $1.failed }
        let more = [(running, "running"), (failed, "failed")].filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }
        return canvas.text("tools", .bold)
            + canvas.text("  \(Figure.count(calls, "call"))\(more.joined())", .dim)
    }

    /// At most `limit` lines: the ones that run first, then the latest; the last line counts those left out.
    func lines(_ canvas: Canvas, limit: Int, now: Double, spinner: String) -> [StyledLine] {
        guard limit > 0 else { return [] }
        let ranked = order.enumerated().sorted { left, right in
            let (a, b) = (rows[left.element]?.running.isEmpty == true, rows[right.element]?.running.isEmpty == true)
            return a != b ? b : left.offset > right.offset
        }
        let kept = Set(ranked.prefix(order.count > limit ? limit - 1 : limit).map(\.element))
        let shown = order.filter(kept.contains)
        var lines = canvas.table(
            shown.map { cells($0, rows[$0] ?? Row(), canvas, now: now, spinner: spinner) },
            alignment: [.left, .right, .right, .left]
        ).map { canvas.fit($0) }
        let hidden = order.count - shown.count
        if hidden > 0 { lines.append(canvas.fit(canvas.text("  … \(Figure.count(hidden, "more tool"))", .dim))) }
        return lines
    }

    /// Mark and name, how often, how long, and how many failed.
    private func cells(
        _ name: String, _ row: Row, _ canvas: Canvas, now: Double, spinner: String
    ) -> [StyledLine] {
        let isRunning = !row.running.isEmpty
        let (mark, style): (String, Style) =
            isRunning ? (spinner, .cyan) : row.failed > 0 ? ("✗", .red) : ("✓", .green)
        let longest = row.running.values.min().map { Figure.clock(now - $0) }
        let failed = row.failed > 0 ? "\(row.failed) failed" : ""
        return [
            canvas.text("  ") + canvas.text(mark + " ", style) + canvas.text(name, isRunning ? .bold : []),
            canvas.text(Figure.count(row.calls, "call"), .dim),
            canvas.text(longest ?? Figure.duration(row.seconds), .dim), canvas.text(failed, .red),
        ]
    }
}
