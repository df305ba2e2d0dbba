/// A form of work that a task asks for, with which it begins: not left to the model's liking.
///
/// Its cell is one call of what `lathe` has in the kernel, made of the task's words and the names of its inputs.
package struct TaskForm: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable { case roundtable }

    package var kind: Kind
    /// The names that the task's inputs are bound to.
    package var data: [String]

    package init(_ kind: Kind, data: [String]) {
        self.kind = kind
        self.data = data
    }

    /// The code of the task's first cell: the call, and its result printed.
    package func opening(of task: String) -> String {
        let words = task.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let call = "lathe.\(kind.rawValue)(\(JSONValue.string(words).text)\(argument))"
        return "table = \(call)\nprint(table)"
    }

    /// What its model is told, beside what came out.
    package var instruction: String {
        """
        The task asks for a roundtable, which was held in this cell. Answer from what it found: what is agreed, who dissents \
        and why, and what would settle it; table.markdown() has all of it, in Markdown.
        """
    }

    private var argument: String {
        guard let first = data.first else { return "" }
        guard data.count > 1 else { return ", data=\(first)" }
        return ", data={\(data.map { "\(JSONValue.string($0).text): \($0)" }.joined(separator: ", "))}"
    }
}
