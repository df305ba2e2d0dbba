package import LatheVocabulary

/// `lathe tools rules`, `forget` and `calls`, from plain values.
package enum ToolRuleListing {
    /// What one `lathe.json` says: its path, and its patterns by setting.
    package struct File: Sendable {
        package var path: String
        package var patterns: [(String, [String])]

        package init(path: String, patterns: [(String, [String])]) {
            self.path = path
            self.patterns = patterns
        }
    }

    private static let shownArguments = 200

    // MARK: rules

    /// `kept` are the answers of this project, `elsewhere` counts those of others.
    package static func lines(
        _ files: [File], kept: [KeptAnswer], elsewhere: Int, now: Double, _ canvas: Canvas
    ) -> [StyledLine] {
        var lines: [StyledLine] = []
        for file in files where !file.patterns.isEmpty {
            lines += canvas.wrap(canvas.text(file.path, .bold), indent: 2)
            lines += file.patterns.flatMap { name, patterns in
                canvas.wrap(
                    canvas.padded(canvas.text("  " + name, .dim), to: 16)
                        + canvas.text(patterns.joined(separator: ", ")), indent: 16)
            }
        }
        if !kept.isEmpty {
            lines.append(canvas.text("answered with \"always\" in this project", .bold))
            lines += kept.flatMap { answer in
                canvas.wrap(
                    canvas.text("  \(answer.server)/\(answer.tool)", .cyan)
                        + canvas.text("  \(SessionListing.age(now - answer.time))", .dim), indent: 4)
            }
            lines += canvas.wrap(canvas.text("  → lathe tools forget SERVER/TOOL takes one back", .dim), indent: 4)
        }
        if lines.isEmpty { lines = canvas.wrap(canvas.text("no rules: what may change something is asked about")) }
        if elsewhere > 0 {
            lines += canvas.wrap(canvas.text("\(Figure.count(elsewhere, "answer")) in other projects", .dim))
        }
        return lines
    }

    package static func json(_ files: [File], kept: [KeptAnswer]) -> JSONValue {
        [
            "files": .array(
                files.map { file in
                    let patterns = file.patterns.map { ($0.0, JSONValue.array($0.1.map { .string($0) })) }
                    return [
                        "path": .string(file.path),
                        "rules": .object(Dictionary(patterns) { first, _ in first }),
                    ]
                }), "always": .array(kept.map(\.json)),
        ]
    }

    // MARK: calls

    package static func lines(_ calls: [PersonalCall], now: Double, _ canvas: Canvas) -> [StyledLine] {
        guard !calls.isEmpty else { return canvas.wrap(canvas.text("nobody called a tool with lathe tools call here")) }
        return calls.flatMap { call in
            let isGood = call.outcome == "ok"
            let head =
                canvas.text(isGood ? "✓ " : "✗ ", isGood ? .green : .red)
                + canvas.text("\(call.server)/\(call.tool)", .bold)
                + canvas.text(
                    "  \(SessionListing.age(now - call.time)), \(Figure.duration(call.seconds)), \(call.outcome)"
                        + (call.bytes > 0 ? ", \(Figure.bytes(call.bytes))" : ""), .dim)
            let whole = call.arguments.count > shownArguments
            let given = whole ? "\(call.arguments.prefix(shownArguments))… (--json has more)" : call.arguments
            return canvas.wrap(head, indent: 4) + canvas.wrap(canvas.text("  " + given), indent: 4)
        }
    }
}
