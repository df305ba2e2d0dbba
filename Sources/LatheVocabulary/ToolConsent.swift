/// A call of a tool that a person is asked about while the code that makes it waits.
package struct ToolRequest: Sendable, Hashable {
    /// Who asks.
    package var place: Place
    package var cell: Int
    package var server: String
    package var tool: String
    package var arguments: JSONValue
    /// What the server says of the tool.
    package var description: String

    package init(
        place: Place, cell: Int, server: String, tool: String, arguments: JSONValue, description: String
    ) {
        self.place = place
        self.cell = cell
        self.server = server
        self.tool = tool
        self.arguments = arguments
        self.description = description
    }
}

/// Puts calls to the user, one at a time.
package protocol ToolConsent: Sendable {
    func answer(to request: ToolRequest) async -> ConsentAnswer
}

/// What the user says to a call.
package enum ConsentAnswer: String, Sendable, Hashable, Codable, CaseIterable {
    case once
    /// This tool until the program run ends.
    case session
    case no
    /// There is no terminal, or the run was stopped while it waited.
    case nobody
}
