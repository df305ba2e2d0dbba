/// A call of a tool that a person made with `lathe tools call`.
package struct PersonalCall: Sendable, Hashable {
    /// Absolute path of the project's folder.
    package var project: String
    package var server: String
    package var tool: String
    /// As JSON, at most `argumentCharacters` of it.
    package var arguments: String
    /// Of the whole arguments as JSON.
    package var argumentBytes: Int
    /// Seconds since 1970-01-01 UTC, and how long it took.
    package var time: Double
    package var seconds: Double
    /// `ok`, `is_error` where the tool says that it failed, else the code of the error.
    package var outcome: String
    /// Of the result as JSON; empty and 0 where there is none.
    package var sha256 = ""
    package var bytes = 0

    package static let argumentCharacters = 16_000

    package init(
        project: String, server: String, tool: String, arguments: JSONValue, time: Double, seconds: Double,
        outcome: String
    ) {
        let text = arguments.text
        self.init(
            project: project, server: server, tool: tool, arguments: String(text.prefix(Self.argumentCharacters)),
            argumentBytes: text.utf8.count, time: time, seconds: seconds, outcome: outcome)
    }

    package init(
        project: String, server: String, tool: String, arguments: String, argumentBytes: Int, time: Double,
        seconds: Double, outcome: String
    ) {
        self.project = project
        self.server = server
        self.tool = tool
        self.arguments = arguments
        self.argumentBytes = argumentBytes
        self.time = time
        self.seconds = seconds
        self.outcome = outcome
    }

    package var json: JSONValue {
        [
            "server": .string(server), "tool": .string(tool), "arguments": .string(arguments),
            "argument_bytes": .integer(argumentBytes), "time": .number(time), "seconds": .number(seconds),
            "outcome": .string(outcome), "sha256": .string(sha256), "bytes": .integer(bytes),
        ]
    }
}
