/// A person is asked something while code waits.
package struct QuestionAsked: Sendable, Hashable, Codable {
    /// 1, 2, 3 … of the program run.
    package var question: Int
    package var cell: Int
    package var server: String
    package var tool: String
    /// What it would be called with: who answers should have seen it.
    package var arguments: JSONValue

    package init(question: Int, cell: Int, server: String, tool: String, arguments: JSONValue) {
        self.question = question
        self.cell = cell
        self.server = server
        self.tool = tool
        self.arguments = arguments
    }
}
