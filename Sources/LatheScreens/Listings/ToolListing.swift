internal import Foundation
package import LatheVocabulary

/// `lathe tools list`, `show`, `test` and `allow`, from plain values. Descriptions are the server's words.
package enum ToolListing {
    private static let longestDescription = 4_000

    // MARK: list

    package static func lines(_ reports: [ToolReport], notices: [ToolError], _ canvas: Canvas) -> [StyledLine] {
        let broken = notices.flatMap { error(server: $0.server, $0, canvas) }
        guard !reports.isEmpty else {
            return broken.isEmpty
                ? canvas.wrap(canvas.text("no servers yet; write one down with lathe tools add NAME -- COMMAND…"))
                : broken
        }
        return reports.flatMap { [head($0, canvas)] + hints($0, canvas) + tools($0, canvas) } + broken
    }

    private static func head(_ report: ToolReport, _ canvas: Canvas) -> StyledLine {
        var facts = [report.server.placeWord]
        if report.server.isOff {
            facts.append("off")
        } else if report.standing == .allowed {
            facts.append(Figure.count(report.tools.count, "tool"))
            if let about = report.about { facts.append(identity(about)) }
        }
        return canvas.fit(
            canvas.text(report.server.name, .bold)
                + canvas.text("  " + facts.filter { !$0.isEmpty }.joined(separator: " · "), .dim))
    }

    private static func identity(_ about: JSONValue) -> String {
        let name = [about["name"]?.stringValue ?? "", about["version"]?.stringValue ?? ""]
        return name.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func hints(_ report: ToolReport, _ canvas: Canvas) -> [StyledLine] {
        var lines: [StyledLine] = []
        let mend = "lathe tools allow \(report.server.name)"
        if !report.server.isOff {
            switch report.standing {
            case .allowed: break
            case .notAllowed:
                lines += hint("not allowed here: \(report.server.way)", mend, canvas)
            case .changed:
                lines += hint("no longer what was allowed: \(report.server.way)", mend, canvas)
            }
        }
        if let error = report.error { lines += Self.error(server: "", error, canvas) }
        if report.error != nil, !report.tools.isEmpty {
            lines.append(canvas.text("  what it said last:", .dim))
        }
        for problem in report.problems { lines += canvas.wrap(canvas.text("  ⚠ " + problem, .yellow), indent: 4) }
        if !report.unsettled.isEmpty, report.standing == .allowed {
            let count = Figure.count(report.unsettled.count, "tool")
            lines += hint("\(count) new or changed since it was allowed; not used", mend, canvas)
        }
        for name in report.gone { lines.append(canvas.fit(canvas.text("  - \(name): it has this no more", .dim))) }
        return lines
    }

    private static func hint(_ text: String, _ mend: String, _ canvas: Canvas) -> [StyledLine] {
        canvas.wrap(canvas.text("  ⚠ " + text, .yellow), indent: 4)
            + canvas.wrap(canvas.text("    → ", .cyan) + canvas.text(mend), indent: 6)
    }

    private static func error(server: String, _ error: ToolError, _ canvas: Canvas) -> [StyledLine] {
        let about = server.isEmpty ? "  ✗ " : "✗ \(server): "
        return canvas.wrap(canvas.text(about + error.reason, .red), indent: 4)
            + (error.mend.isEmpty
                ? [] : canvas.wrap(canvas.text("    → ", .cyan) + canvas.text(error.mend), indent: 6))
    }

    private static func tools(_ report: ToolReport, _ canvas: Canvas) -> [StyledLine] {
        let rows = report.tools.map { tool in
            [
                canvas.text(tool.standing == .allowed ? "  " : "  ⚠ ", .yellow)
                    + canvas.text(tool.definition.name, .cyan),
                canvas.text(firstLine(tool.definition.description)),
            ]
        }
        return canvas.table(rows)
    }

    /// The first line that says something.
    private static func firstLine(_ text: String) -> String {
        String(
            TerminalText.lines(text).lazy.map { $0.trimming(where: \.isWhitespace) }.first { !$0.isEmpty }?.prefix(500)
                ?? "")
    }

    // MARK: show

    package static func lines(_ report: ToolReport, about tool: ToolReport.Tool, _ canvas: Canvas) -> [StyledLine] {
        let definition = tool.definition
        let claim = definition.isReadOnly.map { $0 ? "reads only" : "writes" } ?? "nothing"
        var lines = facts(
            [
                ("tool", report.server.name + "/" + definition.name), ("title", definition.title ?? ""),
                ("status", tool.standing.word.replacing("_", with: " ")), ("it claims", claim),
            ], canvas)
        lines += words(definition.description, of: report.server.name, canvas)
        lines += [canvas.blank, canvas.text("takes", .bold)] + parameters(definition.inputSchema, canvas)
        if let output = definition.outputSchema {
            lines += [canvas.blank, canvas.text("returns", .bold)] + parameters(output, canvas)
        }
        return lines + [canvas.blank] + changes(tool, canvas)
    }

    package static func lines(about report: ToolReport, log: String, _ canvas: Canvas) -> [StyledLine] {
        let about = report.about
        let lines = facts(
            [
                ("server", report.server.name), ("written in", report.server.origin.path),
                ("reached by", report.server.way),
                ("status", report.standing.word.replacing("_", with: " ")), ("is", about.map(identity) ?? ""),
                ("protocol", about?["protocol"]?.stringValue ?? ""), ("log", log),
            ], canvas)
        let instructions = about?["instructions"]?.stringValue ?? ""
        return lines + words(instructions, of: report.server.name, canvas) + [canvas.blank] + hints(report, canvas)
            + tools(report, canvas)
    }

    private static func facts(_ facts: [(String, String)], _ canvas: Canvas) -> [StyledLine] {
        facts.filter { !$0.1.isEmpty }.flatMap {
            canvas.wrap(canvas.padded(canvas.text($0.0, .dim), to: 12) + canvas.text($0.1), indent: 12)
        }
    }

    /// What the server says, marked as such, up to a bound.
    private static func words(_ text: String, of server: String, _ canvas: Canvas) -> [StyledLine] {
        guard !text.isEmpty else { return [] }
        let shown = String(text.prefix(longestDescription))
        let left = text.count - shown.count
        let rest = left > 0 ? [canvas.text("  (\(left) more characters: --json)", .dim)] : []
        return [canvas.blank, canvas.text("in \(server)'s own words:", .dim)]
            + TerminalText.lines(shown).flatMap { canvas.wrap(canvas.text("  " + $0), indent: 2) } + rest
    }

    private static func parameters(_ schema: JSONValue, _ canvas: Canvas) -> [StyledLine] {
        let required = Set((schema["required"]?.arrayValue ?? []).compactMap(\.stringValue))
        let properties = schema["properties"]?.objectValue ?? [:]
        guard !properties.isEmpty else { return [canvas.text("  nothing that has a name", .dim)] }
        return properties.sorted { $0.key < $1.key }.flatMap { name, property -> [StyledLine] in
            var lead = canvas.text("  " + name, .cyan) + canvas.text("  " + type(property), .dim)
            if let standard = property["default"] { lead += canvas.text(" = " + standard.text, .dim) }
            if required.contains(name) { lead += canvas.text("  required") }
            let description = firstLine(property["description"]?.stringValue ?? "")
            return canvas.wrap(lead, indent: 4)
                + (description.isEmpty ? [] : canvas.wrap(canvas.text("    " + description), indent: 4))
        }
    }

    private static func type(_ property: JSONValue) -> String {
        if let choices = property["enum"]?.arrayValue { return choices.map(\.text).joined(separator: " | ") }
        if let type = property["type"]?.stringValue {
            return type == "array" ? "array of \(self.type(property["items"] ?? .null))" : type
        }
        let any = property["anyOf"]?.arrayValue ?? property["type"]?.arrayValue ?? []
        return any.isEmpty ? "any" : any.map { $0.stringValue ?? type($0) }.joined(separator: " | ")
    }

    /// What is different from the definition that was allowed.
    package static func changes(_ tool: ToolReport.Tool, _ canvas: Canvas) -> [StyledLine] {
        guard case .changed(let old) = tool.standing, let before = try? JSONValue(parsing: old),
            let after = try? JSONValue(parsing: tool.definition.pin)
        else { return [] }
        let title = "\(tool.definition.name) changed since it was allowed"
        return differences(IndentedJSON.text(before), IndentedJSON.text(after), title, canvas)
    }

    private static func differences(_ old: String, _ new: String, _ title: String, _ canvas: Canvas) -> [StyledLine] {
        canvas.wrap(canvas.text(title, .bold), indent: 2) + ReviewListing.lines(TextDifference(old, new), canvas)
    }

    // MARK: allow

    /// What a person should see before a server is started.
    package static func request(
        _ server: ToolServer, _ standing: ToolStanding, variables: [String], _ canvas: Canvas
    ) -> [StyledLine] {
        var lines = facts(
            [
                ("server", server.name), ("written in", server.origin.path), ("reached by", server.way),
                ("it is given", variables.joined(separator: ", ")),
            ], canvas)
        if case .file = server.origin {
            let source = server.definition["source"]?.stringValue ?? ""
            lines.append(
                canvas.text("\(Figure.count(TerminalText.lines(source).count, "line")) of Python: read the file", .dim))
        }
        if case .changed(let old) = standing, let before = try? JSONValue(parsing: old) {
            let texts = [before, server.definition].map { $0["source"]?.stringValue ?? IndentedJSON.text($0) }
            lines += differences(texts[0], texts[1], "changed since it was allowed", canvas)
        }
        return lines
    }

    package static func settled(_ report: ToolReport, _ canvas: Canvas) -> [StyledLine] {
        canvas.wrap(
            canvas.text("✓ ", .green) + canvas.text("allowed ") + canvas.text(report.server.name, .bold)
                + canvas.text(report.error == nil ? " with \(Figure.count(report.tools.count, "tool"))" : ""), indent: 2
        )
            + hints(report, canvas)
    }

    /// What was written or taken out.
    package static func done(_ text: String, _ canvas: Canvas) -> [StyledLine] {
        canvas.wrap(canvas.text("✓ ", .green) + canvas.text(text), indent: 2)
    }

    // MARK: test

    package static func tested(_ reports: [ToolReport], _ problems: [ToolError], _ canvas: Canvas) -> [StyledLine] {
        let lines = reports.flatMap { report -> [StyledLine] in
            let isGood = report.isSound
            let mark = isGood ? canvas.text("✓ ", .green) : canvas.text("✗ ", .red)
            var facts: [String] = []
            if let about = report.about, report.error == nil {
                facts = [
                    Figure.count(report.tools.count, "tool"), identity(about),
                    "protocol " + (about["protocol"]?.stringValue ?? ""),
                    report.seconds.map { "\(($0 * 100).rounded() / 100) s" } ?? "",
                ]
            }
            let lead = mark + canvas.text(report.server.name, .bold)
            let rest = canvas.text("  " + facts.filter { !$0.isEmpty }.joined(separator: " · "), .dim)
            return [canvas.fit(lead + rest)] + hints(report, canvas)
        }
        return lines + problems.flatMap { error(server: $0.server, $0, canvas) }
    }

    // MARK: JSON

    package static func json(_ report: ToolReport) -> JSONValue {
        [
            "server": .string(report.server.name), "origin": .string(report.server.origin.path),
            "reached_by": .string(report.server.way), "off": .bool(report.server.isOff),
            "standing": .string(report.standing.word), "about": report.about ?? .null,
            "tools": .array(report.tools.map(json)), "gone": .array(report.gone.map { .string($0) }),
            "problems": .array(report.problems.map { .string($0) }), "error": report.error?.json ?? .null,
            "seconds": report.seconds.map { .number($0) } ?? .null,
        ]
    }

    package static func json(_ tool: ToolReport.Tool) -> JSONValue {
        ["standing": .string(tool.standing.word), "definition": tool.definition.json]
    }

    package static func json(_ reports: [ToolReport], problems: [ToolError], notices: [String]) -> JSONValue {
        [
            "servers": .array(reports.map(json)), "problems": .array(problems.map(\.json)),
            "notices": .array(notices.map { .string($0) }),
        ]
    }
}

extension ToolServer {
    fileprivate var placeWord: String {
        switch origin {
        case .project: "project"
        case .user: "user"
        case .file: "tools/\(name).py"
        }
    }
}

extension ToolReport {
    /// Whether it could be asked and everything that it said is as it should be.
    package var isSound: Bool {
        error == nil && problems.isEmpty && standing == .allowed && unsettled.isEmpty && !server.isOff
    }
}
