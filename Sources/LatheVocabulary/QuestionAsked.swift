/// A person is asked something while code waits.
package struct QuestionAsked: Sendable, Hashable, Codable {
    /// 1, 2, 3 … of the program run.
    package var question: Int
    package var cell: Int
    package var server: String
    package var tool: String
    /// What it would be called with: who answers should have seen it.
    package var arguments: JSONValue
    /// The agent whose code asks; nil for the session's own model, or the user's own cell.
    package var agent: String?
    /// Why they are asked; nil in journals of before it was kept.
    package var reason: ConsentReason?

    package init(
        question: Int, cell: Int, server: String, tool: String, arguments: JSONValue, agent: String? = nil,
        reason: ConsentReason? = nil
    ) {
        (self.agent, self.reason) = (agent, reason)
        self.question = question
        self.cell = cell
        self.server = server
        self.tool = tool
        self.arguments = arguments
    }
}
