/// A tool that the user said may always be called, in one project and with one definition.
package struct KeptAnswer: Sendable, Hashable {
    /// Absolute path of the project's folder.
    package var project: String
    package var server: String
    package var tool: String
    /// SHA-256, as in `ToolSource`.
    package var definition: String
    /// Seconds since 1970-01-01 UTC.
    package var time: Double

    package init(project: String, server: String, tool: String, definition: String, time: Double) {
        self.project = project
        self.server = server
        self.tool = tool
        self.definition = definition
        self.time = time
    }

    package var json: JSONValue {
        [
            "project": .string(project), "server": .string(server), "tool": .string(tool),
            "definition": .string(definition), "time": .number(time),
        ]
    }
}

/// The answers that were kept for one project.
package struct KeptAnswers: Sendable {
    private let records: any ToolRecords
    private let project: String

    package init(_ records: any ToolRecords, in project: String) {
        self.records = records
        self.project = project
    }

    /// Whether the user said that the tool, as it is defined now, may always be called.
    package func holds(_ tool: ToolDefinition, _ source: ToolSource) throws(ToolError) -> Bool {
        try records.keptAnswers().contains {
            $0.project == project && $0.server == tool.server && $0.tool == tool.name
                && $0.definition == source.definition
        }
    }

    package func keep(_ tool: ToolDefinition, _ source: ToolSource) throws(ToolError) {
        try records.keep(
            KeptAnswer(
                project: project, server: tool.server, tool: tool.name, definition: source.definition,
                time: RunClock.shared.now))
    }
}
