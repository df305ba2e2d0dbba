internal import LatheVocabulary

/// What a conversation established, in the order in which it did: what a summary of it is made of. A fold over its events.
struct Established: Sendable, Hashable {
    enum Kind: Int, Sendable, Hashable, CaseIterable {
        /// What the user said, the part of its context that a subtask wrote itself, and what was answered: word for word, whatever
        /// else has to go.
        case task, context, answer
        /// What the model said beside code, names that cells defined, what was rolled back.
        case said, names
        /// Lines of outputs, those with figures first of all; how cells failed.
        case finding
    }

    struct Item: Sendable, Hashable {
        var kind: Kind
        var text: String
        /// The message that it is from, counted from the very first one of the conversation.
        var message: Int
        /// The cell whose whole output `lathe.output` gives; nil where there is none.
        var cell: Int?
    }

    private(set) var items: [Item] = []

    mutating func add(_ kind: Kind, _ text: String, message: Int, cell: Int? = nil) {
        guard !text.allSatisfy(\.isWhitespace) else { return }
        items.append(Item(kind: kind, text: text, message: message, cell: cell))
    }

    /// Puts the newest editable context in the place of the one before; an empty one leaves none.
    mutating func replace(context: EditableContext, message: Int) {
        items.removeAll { $0.kind == .context }
        add(.context, context.text, message: message)
    }

    /// Takes in a cell that a model or the user ran.
    mutating func add(_ result: CellResult, code: String, message: Int) {
        let names = DefinedNames.of(code)
        if !names.isEmpty {
            add(.names, "cell \(result.number) defines \(names.joined(separator: ", "))", message: message)
        }
        for line in result.findings {
            add(.finding, "cell \(result.number): \(line)", message: message, cell: result.number)
        }
    }
}

extension CellResult {
    /// At most five lines of what came out: those with figures, else the first; and how it failed.
    fileprivate var findings: [String] {
        let value = self.value.map { "\($0.name) = \($0.text.head)" } ?? ""
        let lines = (stdout.head + "\n" + value).split(whereSeparator: \.isNewline).map { $0.trimmingSpaces }
            .filter { !$0.isEmpty }
        let figures = lines.filter { $0.contains(where: \.isNumber) }
        var found = (figures.isEmpty ? Array(lines.prefix(1)) : Array(figures.prefix(4))).map {
            String($0).singleLine(upTo: 160)
        }
        if let failure { found.append("\(failure.type): \(failure.message)".singleLine(upTo: 160)) }
        return found
    }
}
