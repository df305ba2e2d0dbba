/// A person is asked something while code waits.
package struct QuestionAsked: Sendable, Hashable, Codable {
    /// 1, 2, 3 … of the program run.
    package var question: Int
    package var cell: Int
    package var server: String
    package var tool: String

    package init(question: Int, cell: Int, server: String, tool: String) {
        self.question = question
        self.cell = cell
        self.server = server
        self.tool = tool
    }
}
