import LatheVocabulary

/// The subtasks of the task under way, each below the one that started it.
struct SubtaskTree: Sendable, Hashable {
    private var rows: [Place: SubtaskRow] = [:]
    /// Parents before children, otherwise as they started.
    private var order: [Place] = []
    /// Subtasks that were delegated, whether or not they have started.
    private var delegated = 0
    /// Subtasks that ended without having begun.
    private var unstarted = 0

    var isEmpty: Bool { order.isEmpty }
    var running: Int { rows.values.count { $0.isRunning } }
    var failed: Int { rows.values.count { $0.isFailed } }

    mutating func start(_ started: SubtaskStarted, at time: Double) {
        let place = started.place
        rows[place] = SubtaskRow(started, at: time)
        guard let parent = place.parent, let last = order.lastIndex(where: { $0 == parent || $0.isBelow(parent) })
        else {
            order.append(place)
            return
        }
        order.insert(place, at: last + 1)
    }

    /// Counts subtasks that wait for their turn, from the engine's answer to a `delegate` call.
    mutating func expect(_ answer: HostAnswered) {
        guard answer.name == "delegate" else { return }
        delegated += answer.value?["subtasks"]?.arrayValue?.count ?? 0
    }

    mutating func finish(_ outcome: SubtaskOutcome) {
        if rows[outcome.place] == nil { unstarted += 1 }
        update(outcome.place) { $0.outcome = outcome }
    }

    mutating func update(_ place: Place, _ change: (inout SubtaskRow) -> Void) {
        guard var row = rows[place] else { return }
        change(&row)
        rows[place] = row
    }

    /// `subtasks  5 of 16 done, 1 failed`.
    func heading(_ canvas: Canvas) -> StyledLine {
        let done = order.count - running
        let bad = (failed > 0 ? ", \(failed) failed" : "") + (unstarted > 0 ? ", \(unstarted) not run" : "")
        return canvas.text("subtasks", .bold)
            + canvas.text("  \(done) of \(max(delegated, order.count)) done\(bad)", .dim)
    }

    /// At most `limit` lines: the running ones first, then failed, then the latest; the last line counts those left out.
    func lines(_ canvas: Canvas, limit: Int, now: Double, spinner: String) -> [StyledLine] {
        guard limit > 0 else { return [] }
        let shown = order.count <= limit ? order : chosen(limit - 1)
        let cells = shown.compactMap { rows[$0]?.cells(canvas, now: now, spinner: spinner) }
        var lines = canvas.table(cells, alignment: SubtaskRow.alignment).map { canvas.fit($0) }
        if order.count > shown.count { lines.append(canvas.fit(rest(canvas, beside: shown))) }
        return lines
    }

    private func chosen(_ count: Int) -> [Place] {
        let ranked = order.enumerated().sorted { left, right in
            let (a, b) = (rank(left.element), rank(right.element))
            return a != b ? a < b : (a == 0 ? left.offset < right.offset : left.offset > right.offset)
        }
        let kept = Set(ranked.prefix(max(0, count)).map(\.element))
        return order.filter(kept.contains)
    }

    private func rank(_ place: Place) -> Int {
        guard let row = rows[place], !row.isRunning else { return 0 }
        return row.isFailed ? 1 : 2
    }

    private func rest(_ canvas: Canvas, beside shown: [Place]) -> StyledLine {
        let hidden = order.filter { !shown.contains($0) }.compactMap { rows[$0] }
        let counts = [
            (hidden.count { $0.isRunning }, "running"), (hidden.count { $0.isFailed }, "failed"),
            (hidden.count { !$0.isRunning && !$0.isFailed }, "complete"),
        ]
        let told = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return canvas.text("  … \(hidden.count) more: \(told)", .dim)
    }
}

extension Place {
    fileprivate func isBelow(_ other: Place) -> Bool {
        path.count > other.path.count && path.starts(with: other.path)
    }
}
