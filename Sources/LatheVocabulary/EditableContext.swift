/// The part of a subtask's context that its own code may change; all else of it is fixed.
package struct EditableContext: Sendable, Hashable, Codable {
    /// Something that was there already, and is shown in every request from now on.
    package struct Inclusion: Sendable, Hashable, Codable {
        /// `library:NAME`, `memory:NUMBER`, `slice:NAME` or `message:ID`.
        package var name: String
        /// What is shown of it.
        package var text: String
        /// Whose words those are, where they are not lathe's: they are quoted then.
        package var mark: String?

        package init(name: String, text: String, mark: String? = nil) {
            self.name = name
            self.text = text
            self.mark = mark
        }
    }

    /// What it looks at first; empty for nothing said.
    package var focus: String
    /// What it wants to keep in mind.
    package var notes: String
    package var include: [Inclusion]
    /// What of others' words its subtask had read when this was written; nil for nothing.
    package var readOthers: String?

    package init(focus: String = "", notes: String = "", include: [Inclusion] = [], readOthers: String? = nil) {
        self.focus = focus
        self.notes = notes
        self.include = include
        self.readOthers = readOthers
    }

    package var isEmpty: Bool { focus.isEmpty && notes.isEmpty && include.isEmpty }
}
