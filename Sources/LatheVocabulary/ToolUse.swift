/// A person was asked about a tool, and what they said. The arguments are those of the host call.
package struct ToolDecided: Sendable, Hashable, Codable {
    package var cell: Int
    package var server: String
    package var tool: String
    package var answer: ConsentAnswer
    /// SHA-256 of what the user was asked about; nil in journals of before it was kept.
    package var definition: String?
    /// True where they were asked since the place has read what others wrote.
    package var isExposed: Bool?

    package init(
        cell: Int, server: String, tool: String, answer: ConsentAnswer, definition: String? = nil,
        isExposed: Bool? = nil
    ) {
        self.definition = definition
        self.isExposed = isExposed
        self.cell = cell
        self.server = server
        self.tool = tool
        self.answer = answer
    }
}

/// Code called a tool: it has answered, or the call failed on its way. Arguments and result are those of the host call.
package struct ToolUse: Sendable, Hashable, Codable {
    /// Why it was allowed.
    package enum Ground: String, Sendable, Hashable, Codable, CaseIterable {
        /// A rule in the user's lathe.json.
        case rule
        /// Its server says that it only reads and reaches nothing beyond.
        case claim
        /// The user, for this call.
        case once
        /// The user, for this session.
        case session
        /// The user, for all sessions of the project.
        case always
    }

    package var cell: Int
    package var server: String
    package var tool: String
    package var ground: Ground
    package var seconds: Double
    /// Of the result as JSON.
    package var bytes: Int
    /// Whether the call failed, as the server says or without an answer.
    package var isError: Bool
    /// Why there is no answer, by the code of the error; nil where there is one.
    package var failure: ToolError.Code?
    /// Of the result as JSON, with sorted keys and without spaces.
    package var sha256: String?
    /// Whether the result counts as words of others.
    package var isUntrusted: Bool?
    /// Whether the call could carry data out.
    package var isWayOut: Bool?

    package init(
        cell: Int, server: String, tool: String, ground: Ground, seconds: Double, bytes: Int, isError: Bool,
        sha256: String? = nil, isUntrusted: Bool? = nil, isWayOut: Bool? = nil, failure: ToolError.Code? = nil
    ) {
        self.failure = failure
        self.sha256 = sha256
        self.isUntrusted = isUntrusted
        self.isWayOut = isWayOut
        self.cell = cell
        self.server = server
        self.tool = tool
        self.ground = ground
        self.seconds = seconds
        self.bytes = bytes
        self.isError = isError
    }
}
