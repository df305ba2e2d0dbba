/// Code wrote something down in the task ledger: the place of the event says whose code.
package struct LedgerNoted: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Something that was found out.
        case fact
        /// Something that is believed and was not checked.
        case guess
        /// Something that is still to be found out.
        case question
    }

    /// What a fact says of an earlier note.
    package enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
        case confirms, refutes, answers
    }

    /// 1, 2, 3 … at its place.
    package var note: Int
    package var kind: Kind
    package var text: String
    /// The note that a fact settles, such as `coordinator/UA:n2`, and how.
    package var settles: String?
    package var verdict: Verdict?
    package var cell: Int
    /// The host call that it is the answer of.
    package var call: Int

    package init(
        note: Int, kind: Kind, text: String, settles: String? = nil, verdict: Verdict? = nil, cell: Int, call: Int
    ) {
        self.note = note
        self.kind = kind
        self.text = text
        self.settles = settles
        self.verdict = verdict
        self.cell = cell
        self.call = call
    }

    /// What the call that wrote it is answered.
    package var answer: JSONValue { ["note": .integer(note)] }
}

extension LedgerNoted {
    /// For a person, on one line.
    package var sentence: String {
        let what = verdict.flatMap { verdict in settles.map { "\(kind.rawValue), \(verdict.rawValue) \($0)" } }
        return "noted n\(note), \(what ?? kind.rawValue): \(text)"
    }
}

/// Turns at a place came to nothing, by a rule; and what is done about it.
package struct StallFound: Sendable, Hashable, Codable {
    package enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
        /// So many turns brought nothing new.
        case noProgress = "no_progress"
        /// The same code with the same result, again and again.
        case repeatedCells = "repeated_cells"
        /// The same error, again and again.
        case repeatedErrors = "repeated_errors"
    }

    package enum Step: String, Sendable, Hashable, Codable, CaseIterable {
        /// The model is told.
        case told
        /// The conversation begins afresh, and the model is asked for a new plan.
        case replanned
        /// The work ends.
        case ended
    }

    package var rule: Rule
    /// Turns since the last progress.
    package var turns: Int
    package var step: Step
    /// What came to nothing, for a person.
    package var reason: String
    /// What the model is told; nil where the work ends.
    package var told: String?

    package init(rule: Rule, turns: Int, step: Step, reason: String, told: String? = nil) {
        self.rule = rule
        self.turns = turns
        self.step = step
        self.reason = reason
        self.told = told
    }
}

extension StallFound {
    /// For a person, on one line.
    package var sentence: String {
        let what =
            switch step {
            case .told: "the model is told"
            case .replanned: "the model is asked for a new plan, in a fresh context"
            case .ended: "the work ends"
            }
        return "stalled: \(reason); \(what)"
    }
}
