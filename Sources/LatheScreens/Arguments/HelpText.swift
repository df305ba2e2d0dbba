/// Help from the table, at most 80 columns wide.
enum HelpText {
    static let overview: String = {
        var lines = [
            "lathe - answers questions about your data by writing and running Python",
            "        in a sandboxed kernel that keeps the data out of the prompts",
            "", "usage: lathe COMMAND [OPTIONS]", "", "commands:",
        ]
        lines += columns(CommandTable.commands.map { ($0.name, $0.summary) })
        lines += ["", "options:"]
        lines += columns([written(.help), written(.version)])
        lines += ["", "examples:"]
        lines += ["lathe ask", "lathe chat", "lathe doctor"].compactMap { prefix in
            CommandTable.commands.first { "lathe " + $0.name == prefix }.map { "  " + ($0.examples.first ?? prefix) }
        }
        lines += ["", "exit codes:"] + exitCodes
        lines += ["", "lathe COMMAND --help says more about one command."]
        return joined(lines)
    }()

    static func group(_ word: String, _ members: [CommandForm]) -> String {
        joined(
            ["usage: lathe \(word) COMMAND [OPTIONS]", "", "commands:"]
                + columns(members.map { ($0.name, $0.summary) })
                + ["", "lathe \(word) COMMAND --help says more about one command."])
    }

    static func command(_ form: CommandForm) -> String {
        var lines = ["lathe \(form.name) - \(form.summary)", "", "usage: \(form.usage)"]
        if !form.arguments.isEmpty {
            lines += ["", "arguments:"] + columns(form.arguments.map { ($0.name, $0.summary) })
        }
        lines += ["", "options:"] + columns(form.allOptions.map(written))
        if form.options.contains(.data) { lines += [""] + dataNotes }
        if !form.examples.isEmpty { lines += ["", "examples:"] + form.examples.map { "  " + $0 } }
        lines += ["", "exit codes:"] + exitCodes
        return joined(lines)
    }

    private static let dataNotes = [
        "data: csv, tsv, csv.gz, parquet, json, jsonl, xlsx, sqlite, text or a folder.",
        "  Each is mounted read-only and bound to a Python name: NAME, or one made",
        "  from the file's name.",
    ]

    private static let exitCodes = columns(ExitCode.allCases.map { (String($0.rawValue), $0.meaning) })

    private static func written(_ option: OptionForm) -> (String, String) {
        let value = option.value.map { " " + $0 } ?? ""
        let short = option.short.map { $0 + ", " } ?? ""
        return (short + option.name + value, option.summary)
    }

    /// Two columns, the second wrapped to 80.
    private static func columns(_ rows: [(String, String)]) -> [String] {
        let indent = min(rows.map(\.0.count).max() ?? 0, 26) + 4
        return rows.flatMap { name, summary in
            let text = wrap(summary, width: 80 - indent)
            let first =
                "  " + name + String(repeating: " ", count: max(2, indent - 2 - name.count)) + (text.first ?? "")
            return [first] + text.dropFirst().map { String(repeating: " ", count: indent) + $0 }
        }
    }

    private static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    private static func joined(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }
}
