/// What sessions of a project left for later ones: a fact that somebody asked to remember, or an episode, which is what a task
/// came to.
package struct Recollection: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable { case fact, episode }

    /// In the store; no number is given twice. 0 before it is kept.
    package var id: Int
    package var kind: Kind
    /// A fact's words, or an episode's task.
    package var text: String
    /// The subject of a fact, by which a later one takes its place; empty where it has none.
    package var about: String
    package var origin: RecollectionOrigin
    /// Why it is not taken for the project's own word; empty for most.
    package var marks: [Mark]
    /// The last day on which a fact holds, such as `2026-12-31`; nil where nobody said.
    package var until: String?
    /// The fact that took its place, and when; nil where none did.
    package var replacement: Replacement?
    /// What the task came to; nil for a fact.
    package var episode: Episode?

    package struct Replacement: Sendable, Hashable, Codable {
        package var by: Int
        package var time: Double
        /// The last day on which it, or what took its own place, holds; after that what was replaced stands again. Nil where that is
        /// for good.
        package var until: String?

        package init(by: Int, time: Double, until: String? = nil) {
            self.by = by
            self.time = time
            self.until = until
        }
    }

    /// Why words are somebody else's, or may be.
    package enum Mark: String, Sendable, Hashable, Codable, CaseIterable {
        /// Its session had read what tools or marked recollections say.
        case others
        /// The code that remembered it said that it quotes.
        case quoted
        /// It reads like an instruction.
        case commanding

        package var reason: String {
            switch self {
            case .others: "its session had read what tools or others say"
            case .quoted: "it quotes data"
            case .commanding: "it reads like an instruction"
            }
        }
    }

    package init(
        id: Int = 0, kind: Kind, text: String, about: String = "", origin: RecollectionOrigin, marks: [Mark] = [],
        until: String? = nil, replacement: Replacement? = nil, episode: Episode? = nil
    ) {
        self.id = id
        self.kind = kind
        self.text = text
        self.about = about
        self.origin = origin
        self.marks = marks
        self.until = until
        self.replacement = replacement
        self.episode = episode
    }
}

/// Who said something, and when. lathe writes it; nobody's code can.
package struct RecollectionOrigin: Sendable, Hashable, Codable {
    package enum Speaker: String, Sendable, Codable, CaseIterable {
        case user, code
        /// An episode, which lathe derives from a journal.
        case lathe
    }

    package var by: Speaker
    /// Nil for what the user said to no session.
    package var session: String?
    package var place: Place?
    package var cell: Int?
    /// Seconds since 1970-01-01 UTC.
    package var time: Double

    package init(by: Speaker, session: String? = nil, place: Place? = nil, cell: Int? = nil, time: Double) {
        self.by = by
        self.session = session
        self.place = place
        self.cell = cell
        self.time = time
    }
}

/// What a task came to, as its session's journal says.
package struct Episode: Sendable, Hashable, Codable {
    package var status: OutcomeStatus
    /// The beginning of the answer, or why there is none.
    package var answer: String
    /// Why the answer is not told, such as a secret in it; nil where it is.
    package var withheld: String?
    /// Facts that were remembered in it, by number, and capabilities that it saved, by name.
    package var facts: [Int]
    package var saved: [String]
    package var artifacts: [String]
    package var tokens: Int
    package var cost: Cost
    package var seconds: Double
    /// When the session was begun, since a name may be used again, and the event that ended the task.
    package var began: Double
    package var sequence: Int

    package init(
        status: OutcomeStatus, answer: String, withheld: String? = nil, facts: [Int] = [], saved: [String] = [],
        artifacts: [String] = [], tokens: Int = 0, cost: Cost = .none, seconds: Double = 0, began: Double,
        sequence: Int
    ) {
        self.status = status
        self.answer = answer
        self.withheld = withheld
        self.facts = facts
        self.saved = saved
        self.artifacts = artifacts
        self.tokens = tokens
        self.cost = cost
        self.seconds = seconds
        self.began = began
        self.sequence = sequence
    }
}

extension Recollection {
    /// How much somebody's word counts against another about the same subject.
    package var rank: Int {
        switch (origin.by, marks.isEmpty) {
        case (.user, _): 2
        case (_, true): 1
        case (_, false): 0
        }
    }

    /// Whether it counts on a day (`2026-12-31`): nothing that holds then took its place, and it is not over.
    package func stands(on day: String) -> Bool {
        !isReplaced(on: day) && until.map { $0 >= day } != false
    }

    /// Whether something that holds on a day took its place.
    package func isReplaced(on day: String) -> Bool {
        replacement.map { $0.until.map { $0 >= day } != false } ?? false
    }

    /// What is compared by meaning.
    package var meaning: String {
        guard let episode else { return about.isEmpty ? text : "\(about): \(text)" }
        return episode.answer.isEmpty ? text : "\(text)\n\(episode.answer.prefix(200))"
    }
}
