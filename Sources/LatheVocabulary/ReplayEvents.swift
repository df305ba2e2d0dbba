/// Where a session's work comes from that another one recorded.
package struct SessionDerived: Sendable, Hashable, Codable {
    package enum Purpose: String, Sendable, Codable {
        /// Its code runs again with its replies, to be compared.
        case replay
        /// From a turn on a live model takes over.
        case branch
    }

    package var purpose: Purpose
    /// The session's name, or a recording's.
    package var from: String
    /// The last event of it that is followed; nil for all of a recording.
    package var sequence: Int?
    /// The coordinator's turn from which a live model answers; nil where none does.
    package var turn: Int?

    package init(purpose: Purpose, from: String, sequence: Int? = nil, turn: Int? = nil) {
        self.purpose = purpose
        self.from = from
        self.sequence = sequence
        self.turn = turn
    }

    /// For a person.
    package var sentence: String {
        switch (purpose, turn) {
        case (.branch, let turn?): "branched from session \(from) at turn \(turn): a live model answers from there on"
        default: "replay of \(from): its code runs again with its recorded replies"
        }
    }
}

/// How a replayed session compares with the recorded one.
package struct ReplayCompared: Sendable, Hashable, Codable {
    package struct Difference: Sendable, Hashable, Codable {
        package var place: Place
        /// Nil for what is not a cell's: an outcome.
        package var cell: Int?
        /// `status`, `stdout`, `value`, `variable df` …
        package var what: String
        /// Lines that begin with `-` (recorded), `+` (now) or a space (both), bounded.
        package var lines: [String]

        package init(place: Place, cell: Int? = nil, what: String, lines: [String]) {
            self.place = place
            self.cell = cell
            self.what = what
            self.lines = lines
        }
    }

    package var from: String
    package var cells: Int
    package var subtasks: Int
    package var tasks: Int
    /// At most `ReplayCompared.maximum`.
    package var differences: [Difference]
    /// Differences beyond those.
    package var omitted: Int

    package static let maximum = 200

    package init(
        from: String, cells: Int, subtasks: Int, tasks: Int, differences: [Difference] = [], omitted: Int = 0
    ) {
        self.from = from
        self.cells = cells
        self.subtasks = subtasks
        self.tasks = tasks
        self.differences = differences
        self.omitted = omitted
    }

    package var isSame: Bool { differences.isEmpty && omitted == 0 }
}
