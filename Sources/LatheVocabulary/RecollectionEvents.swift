/// A fact was kept for later sessions.
package struct Remembered: Sendable, Hashable, Codable {
    package var cell: Int
    package var id: Int
    package var text: String
    package var about: String
    package var marks: [Recollection.Mark]
    package var until: String?
    /// Whose place it took.
    package var replaced: [Int]

    package init(
        cell: Int, id: Int, text: String, about: String, marks: [Recollection.Mark] = [], until: String? = nil,
        replaced: [Int] = []
    ) {
        self.cell = cell
        self.id = id
        self.text = text
        self.about = about
        self.marks = marks
        self.until = until
        self.replaced = replaced
    }
}

extension Remembered {
    /// For a person, on one line.
    package var sentence: String {
        let place = replaced.isEmpty ? "" : ", in place of \(replaced.map(String.init).joined(separator: ", "))"
        return "remembered as \(id)\(place): \(text)"
    }
}

/// Something of earlier sessions was told: to the model at the beginning of a task, or to code that asked.
package struct Recalled: Sendable, Hashable, Codable {
    /// The cell that asked; nil at the beginning of a task.
    package var cell: Int?
    package var ids: [Int]
    /// How many of them are marked as others' words.
    package var marked: Int
    /// What the model is told at the end of its task; nil where code asked.
    package var text: String?

    package init(cell: Int? = nil, ids: [Int], marked: Int = 0, text: String? = nil) {
        self.cell = cell
        self.ids = ids
        self.marked = marked
        self.text = text
    }
}

extension Recalled {
    /// For a person, on one line.
    package var sentence: String {
        "recalled from earlier sessions: \(ids.map(String.init).joined(separator: ", ")) (lathe memory show)"
    }
}

/// A fact was removed from what the project remembers. This journal still has the cell that said it.
package struct Forgotten: Sendable, Hashable, Codable {
    package var cell: Int
    package var id: Int

    package init(cell: Int, id: Int) {
        self.cell = cell
        self.id = id
    }
}
