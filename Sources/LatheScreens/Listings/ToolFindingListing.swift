package import LatheVocabulary

/// `lathe tools search` and `lathe tools stubs`, from plain values. Sentences are the servers' words.
package enum ToolFindingListing {
    package static func lines(_ tools: [FoundTool], caveat: String?, _ canvas: Canvas) -> [StyledLine] {
        let found = tools.flatMap { tool -> [StyledLine] in
            let path = tool.path.split(separator: ".").dropLast().joined(separator: ".") + "."
            let lead = canvas.text("lathe.tools." + path, .dim) + canvas.text(tool.signature, .cyan)
            let words = tool.summary.isEmpty ? "it says nothing of it" : "says: " + tool.summary
            return canvas.wrap(lead, indent: 4)
                + canvas.wrap(canvas.text("  \(tool.server) ", .dim) + canvas.text(words), indent: 4)
        }
        return found + (caveat.map { canvas.wrap(canvas.text("(\($0))", .dim), indent: 2) } ?? [])
    }

    package static func json(
        _ tools: [FoundTool], searched: Int, _ unsearched: [String], _ caveat: String?
    ) -> JSONValue {
        let found = tools.map { tool -> JSONValue in
            [
                "name": .string("lathe.tools." + tool.path), "server": .string(tool.server),
                "signature": .string(tool.signature), "shapes": .array(tool.shapes.map { .string($0) }),
                "summary": .string(tool.summary),
            ]
        }
        return [
            "tools": .array(found), "searched": .integer(searched),
            "unsearched": .array(unsearched.map { .string($0) }), "caveat": caveat.map { .string($0) } ?? .null,
        ]
    }

    // MARK: stubs

    package static func lines(
        _ difference: [(word: String, names: [String])], _ problems: [ToolError], in folder: String, servers: Int,
        isWritten: Bool, _ canvas: Canvas
    ) -> [StyledLine] {
        let names = difference.flatMap { word, names in names.map { (word, $0) } }
        let count = Figure.count(servers, "server")
        var lines: [StyledLine] = []
        if names.isEmpty {
            lines += canvas.wrap(canvas.text("✓ ", .green) + canvas.text("the stubs of \(count) are as they should be"))
        } else if isWritten {
            lines += canvas.wrap(canvas.text("✓ ", .green) + canvas.text("stubs of \(count) are in \(folder)"))
        }
        for (word, name) in names {
            let done = ["missing": "new", "changed": "changed", "stale": "removed"][word] ?? word
            lines.append(canvas.fit(canvas.text("  \(isWritten ? done : word)  ", .dim) + canvas.text(name)))
        }
        for problem in problems { lines += canvas.wrap(canvas.text("✗ ", .red) + canvas.text(problem.line), indent: 2) }
        return lines
    }

    package static func json(
        _ difference: [(word: String, names: [String])], _ problems: [ToolError], isWritten: Bool
    ) -> JSONValue {
        var members = Dictionary(
            difference.map { ($0.word, JSONValue.array($0.names.map { .string($0) })) }
        ) { first, _ in first }
        members["written"] = .bool(isWritten)
        members["problems"] = .array(problems.map(\.json))
        return .object(members)
    }
}
