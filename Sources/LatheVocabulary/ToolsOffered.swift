/// Tools that fit a task, as its model was told of them before its first turn.
package struct ToolsOffered: Sendable, Hashable, Codable {
    /// As a search tells it.
    package var text: String
    /// By the names that they have in code, best first.
    package var names: [String]
    /// How many tools were looked through.
    package var searched: Int

    package init(text: String, names: [String], searched: Int) {
        self.text = text
        self.names = names
        self.searched = searched
    }

    /// The most tools that are offered.
    package static let most = 5

    /// What of a task is searched for.
    package static func words(of task: String) -> String { String(task.prefix(2_000)) }

    /// What the model is told; what servers say in it is marked as their words.
    package var message: String {
        "Tools that may fit; lathe.find(\"words\") finds others, help(TOOL) tells more:\n\(text)"
    }
}
