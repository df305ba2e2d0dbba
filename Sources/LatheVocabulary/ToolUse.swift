/// A person was asked about a tool, and what they said. The arguments are those of the host call.
package struct ToolDecided: Sendable, Hashable, Codable {
    package var cell: Int
    package var server: String
    package var tool: String
    package var answer: ConsentAnswer

    package init(cell: Int, server: String, tool: String, answer: ConsentAnswer) {
        self.cell = cell
        self.server = server
        self.tool = tool
        self.answer = answer
    }
}

/// Code called a tool, which has answered. Arguments and result are those of the host call.
package struct ToolUse: Sendable, Hashable, Codable {
    /// Why it was allowed.
    package enum Ground: String, Sendable, Hashable, Codable, CaseIterable {
        /// A rule in the user's lathe.json.
        case rule
        /// Its server says that it only reads and reaches nothing beyond.
        case claim
        /// The user, for this call.
        case once
        /// The user, for this program run.
        case session
    }

    package var cell: Int
    package var server: String
    package var tool: String
    package var ground: Ground
    package var seconds: Double
    /// Of the result as JSON.
    package var bytes: Int
    /// Whether the server says that the call failed.
    package var isError: Bool

    package init(
        cell: Int, server: String, tool: String, ground: Ground, seconds: Double, bytes: Int, isError: Bool
    ) {
        self.cell = cell
        self.server = server
        self.tool = tool
        self.ground = ground
        self.seconds = seconds
        self.bytes = bytes
        self.isError = isError
    }
}
