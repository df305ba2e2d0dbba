package import LatheVocabulary

/// `lathe library stats`, and what other listings say of use, from plain values.
package enum UseListing {
    /// What was not used for so long is named.
    private static let oldDays = 90.0
    private static let mostNamed = 30

    /// Rows in the order in which they come. `now` is in seconds since 1970.
    package static func lines(_ rows: [UseRow], now: Double, _ canvas: Canvas) -> [StyledLine] {
        guard !rows.isEmpty else { return [canvas.text("nothing to measure yet; the library is empty")] }
        let used = rows.filter { $0.total != nil }
        guard !used.isEmpty else { return [canvas.text("nothing was used yet")] + unused(rows, now, canvas) }
        let head = ["capability", "version", "sessions", "calls", "failed", "a call", "used"]
        let all = [head.map { canvas.text($0, .dim) }] + used.map { cells($0, now, canvas) }
        let table = canvas.table(narrowed(all, canvas), alignment: [.left, .left, .right, .right, .right, .right])
        return table + failures(used, canvas) + unused(rows, now, canvas)
            + canvas.wrap(
                canvas.text(
                    "Sessions: in how many a call came to a result, of those that called it; most come first. Failed: "
                        + "by its own fault.", .dim))
    }

    /// The rows with names cut where they would be too wide, since every other column is short.
    private static func narrowed(_ rows: [[StyledLine]], _ canvas: Canvas) -> [[StyledLine]] {
        guard let width = canvas.width else { return rows }
        let excess = max(0, canvas.tableWidth(rows) - width)
        let longest = rows.compactMap(\.first?.width).max() ?? 0
        return rows.map { row in
            guard let name = row.first else { return row }
            return [canvas.fit(name, to: max(12, longest - excess))] + row.dropFirst()
        }
    }

    private static func cells(_ row: UseRow, _ now: Double, _ canvas: Canvas) -> [StyledLine] {
        guard let total = row.total else { return [] }
        let tally = total.tally
        return [
            canvas.text(row.subject.name, .bold), canvas.text(version(row), .dim),
            canvas.text("\(total.helped) of \(total.sessions)"), canvas.text(Figure.tokens(tally.calls)),
            canvas.text(failed(tally), tally.failures > 0 ? .red : []),
            canvas.text(total.mean.map(short) ?? "-"), canvas.text(age(now - total.last)),
        ]
    }

    private static func version(_ row: UseRow) -> String {
        guard let version = row.version else { return "-" }
        switch row.status {
        case .approved: return "\(version)"
        case .changesAsked: return "\(version) asked"
        case .some(let status): return "\(version) \(status.rawValue)"
        case nil: return "\(version) earlier"
        }
    }

    private static func failed(_ tally: UseTally) -> String {
        guard let share = tally.share, tally.failures > 0 else { return tally.judged > 0 ? "0" : "-" }
        let percent = share * 100
        return (percent < 0.1 ? "< 0.1" : Figure.fixed(percent, percent < 10 ? 1 : 0)) + " %"
    }

    private static func age(_ seconds: Double) -> String { SessionListing.age(seconds).replacing(" ago", with: "") }

    /// Which exceptions were failures, of the first few.
    private static func failures(_ rows: [UseRow], _ canvas: Canvas) -> [StyledLine] {
        let failing = rows.filter { ($0.total?.tally.failures ?? 0) > 0 }
        let lines = failing.prefix(10).flatMap { row -> [StyledLine] in
            let errors = row.total?.errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) } ?? []
            let named = errors.map { "\($0.key) \(Figure.tokens($0.value))" }.joined(separator: ", ")
            return canvas.wrap(
                canvas.text("✗ ", .red) + canvas.text("\(row.subject.name) \(version(row)): ") + canvas.text(named),
                indent: 2)
        }
        let left = failing.count - min(failing.count, 10)
        return lines + (left > 0 ? [canvas.text("… \(left) more that failed, with --json", .dim)] : [])
    }

    /// What was never used, and what not for long.
    private static func unused(_ rows: [UseRow], _ now: Double, _ canvas: Canvas) -> [StyledLine] {
        let never = rows.filter { $0.total == nil }.map(\.subject.name)
        let old = rows.filter { row in
            guard let total = row.total, row.status != nil else { return false }
            return now - total.last > oldDays * 86_400
        }.map(\.subject.name)
        return named("never used", never, canvas) + named("not used for \(Int(oldDays)) days", old, canvas)
    }

    private static func named(_ what: String, _ names: [String], _ canvas: Canvas) -> [StyledLine] {
        guard !names.isEmpty else { return [] }
        let more = names.count > mostNamed ? " and \(names.count - mostNamed) more, with --json" : ""
        let text = names.prefix(mostNamed).joined(separator: ", ") + more
        return canvas.wrap(canvas.text("\(what): ", .dim) + canvas.text(text), indent: 2)
    }

    /// `420 ns`, `3.1 µs`, `12 ms`, `8.2 s`.
    private static func short(_ seconds: Double) -> String {
        switch seconds {
        case ..<1e-6: "\(Int(seconds * 1e9)) ns"
        case ..<1e-3: Figure.fixed(seconds * 1e6, seconds < 1e-5 ? 1 : 0) + " µs"
        case ..<1: Figure.fixed(seconds * 1e3, seconds < 1e-2 ? 1 : 0) + " ms"
        default: Figure.duration(seconds)
        }
    }

    // MARK: In a word

    /// What other listings say of a version's use; empty where it has none.
    static func word(_ total: UseTotal?) -> String {
        guard let total else { return "" }
        let failed = total.tally.failures > 0 ? ", \(failed(total.tally)) failed" : ""
        return "used in \(Figure.count(total.sessions, "session"))\(failed)"
    }

    // MARK: JSON

    package static func json(_ rows: [UseRow]) -> JSONValue { .array(rows.map(json)) }

    static func json(_ row: UseRow) -> JSONValue {
        var members: [String: JSONValue] = [
            "kind": .string(row.subject.kind.rawValue), "name": .string(row.subject.name),
            "sha256": .string(row.subject.sha256), "version": row.version.map { .integer($0) } ?? .null,
            "status": row.status.map { .string($0.rawValue) } ?? .null, "since": row.since.map { .number($0) } ?? .null,
        ]
        let total =
            row.total
            ?? UseTotal(subject: row.subject, tally: UseTally(calls: 0), sessions: 0, helped: 0, last: 0)
        members["calls"] = .integer(total.tally.calls)
        members["excused"] = .integer(total.tally.excused)
        members["failures"] = .integer(total.tally.failures)
        members["share"] = total.tally.share.map { .number($0) } ?? .null
        members["errors"] = .object(total.errors.mapValues(JSONValue.integer))
        members["sessions"] = .integer(total.sessions)
        members["helped"] = .integer(total.helped)
        members["seconds"] = .number(total.seconds)
        members["mean"] = total.mean.map { .number($0) } ?? .null
        members["longest"] = total.seconds > 0 ? .number(total.longest) : .null
        members["last"] = row.total.map { .number($0.last) } ?? .null
        return .object(members)
    }
}
