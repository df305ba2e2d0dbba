/// One thing that a task ledger holds: given with the task, found out, believed, or still open.
package struct LedgerEntry: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable { case given, fact, guess, question }

    /// Where it comes from.
    package enum Source: Sendable, Hashable {
        case task
        case input
        /// Told of earlier sessions, or kept for later ones.
        case memory
        /// Noted by code, with the note's number and the cell's.
        case note(Int, cell: Int)
        /// The result of a subtask.
        case subtask(Int)
        /// A message of the bus, by its id.
        case message(String)
    }

    /// What became of a guess or a question, or of a fact that was found to be wrong.
    package struct Settlement: Sendable, Hashable {
        package var verdict: LedgerNoted.Verdict
        /// What settled it, such as `coordinator:n4`, or a message.
        package var by: String
    }

    package var kind: Kind
    package var text: String
    /// Characters that were cut; the whole is in the event.
    package var cut = 0
    package var place: Place
    package var source: Source
    /// The number of the session's task in which it came.
    package var task: Int
    /// The number of its event.
    package var sequence: Int
    /// The newest settles it; one whose cell is undone goes.
    package var settlements: [Settlement] = []
    /// Whom a message was for.
    package var to: [Place] = []
    /// Whether its place had read what others wrote.
    package var isOfOthers = false
    /// Whether the cell that noted it was undone.
    package var isUndone = false

    package var settled: Settlement? { settlements.last }

    /// By which code names it: notes and messages have one.
    package var name: String? {
        switch source {
        case .note(let number, _): Self.name(of: number, at: place)
        case .message(let id): id
        case .subtask(let id): "subtask://\(id)"
        case .task, .input, .memory: nil
        }
    }

    package static func name(of note: Int, at place: Place) -> String { "\(place):n\(note)" }

    /// In words.
    package var origin: String {
        switch source {
        case .task: "task"
        case .input: "input"
        case .memory: "memory"
        case .note(_, let cell): "cell \(cell)"
        case .subtask(let id): "subtask://\(id)"
        case .message: "message"
        }
    }

    /// Whether it is a guess or a question that nothing has settled.
    package var isOpen: Bool { (kind == .guess || kind == .question) && settled == nil && !isUndone }

    package var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "text": .string(text), "cut": .integer(cut), "from": .string(origin),
            "place": .string(place.description), "name": name.map { .string($0) } ?? .null,
            "task": .integer(task), "verdict": settled.map { .string($0.verdict.rawValue) } ?? .null,
            "by": settled.map { .string($0.by) } ?? .null, "others": .bool(isOfOthers), "undone": .bool(isUndone),
        ]
    }
}
