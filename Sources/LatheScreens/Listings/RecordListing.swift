package import LatheVocabulary

/// What `lathe library test --record` says of each example that was run, from plain values.
package enum RecordListing {
    package struct Row: Sendable, Hashable {
        package var example: String
        package var usage: Usage
        package var cost: Cost
        package var seconds: Double
        package var turns: Int
        package var result: JSONValue?
        /// What it did otherwise than in the recording before.
        package var differences: [String] = []
        /// Why there is nothing to keep of it.
        package var problem: String?
        /// The example with its new recording.
        package var recorded: AgentExample?

        package init(example: String, usage: Usage, cost: Cost, seconds: Double, turns: Int) {
            self.example = example
            self.usage = usage
            self.cost = cost
            self.seconds = seconds
            self.turns = turns
        }
    }

    package static func lines(_ row: Row, of capability: Capability, canvas: Canvas) -> [StyledLine] {
        let mark = row.problem == nil ? canvas.text("✓ ", .green) : canvas.text("✗ ", .red)
        let spent = [
            Figure.count(row.turns, "turn"), "\(Figure.tokens(row.usage.total)) tokens",
            Figure.money(row.cost) ?? "unknown cost", Figure.duration(row.seconds),
        ].joined(separator: " · ")
        let head =
            mark + canvas.text("\(capability.name), example \(row.example)", .bold) + canvas.text("  " + spent, .dim)
        let told =
            [row.problem, row.result.map { "result: " + TerminalText.joined(String($0.text.prefix(400))) }]
            .compactMap(\.self) + row.differences.map { "otherwise than before: \($0)" }
        return canvas.wrap(head, indent: 2) + told.flatMap { canvas.wrap(canvas.text("  " + $0), indent: 2) }
    }

    package static func end(
        _ rows: [(capability: Capability, row: Row)], written: [Capability], canvas: Canvas
    ) -> [StyledLine] {
        let failed = rows.count { $0.row.problem != nil }
        guard failed == 0 else {
            let text =
                "nothing was written: \(failed) of \(Figure.count(rows.count, "example")) did not end with a result"
            return canvas.wrap(canvas.text(text, .bold))
        }
        let head = canvas.text("recorded \(Figure.count(rows.count, "example"))", .bold)
        return [head]
            + written.filter { $0.status == .changed }.flatMap { capability in
                canvas.wrap(
                    canvas.text(
                        "\(capability.path) is not what was approved now: lathe library diff \(capability.name), then "
                            + "approve it"), indent: 2)
            }
    }

    package static func json(_ rows: [(capability: Capability, row: Row)], written: [Capability]) -> JSONValue {
        .array(
            rows.map { capability, row in
                let cost: JSONValue = if case .microdollars(let amount) = row.cost { .integer(amount) } else { .null }
                let after = written.first { $0.path == capability.path }
                return [
                    "path": .string(capability.path), "name": .string(capability.name),
                    "example": .string(row.example), "turns": .integer(row.turns),
                    "tokens": .integer(row.usage.total), "microdollars": cost, "seconds": .number(row.seconds),
                    "result": row.result ?? .null, "problem": row.problem.map(JSONValue.string) ?? .null,
                    "differences": .array(row.differences.map { .string($0) }),
                    "written": .bool(after != nil), "status": after.map { .string($0.status.rawValue) } ?? .null,
                ]
            })
    }
}
