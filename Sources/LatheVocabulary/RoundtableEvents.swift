/// A roundtable begins: what was asked, and what it may use at most, decided before its first expert is chosen.
package struct RoundtableOpened: Sendable, Hashable, Codable {
    /// 1, 2, 3 … in the session.
    package var table: Int
    package var cell: Int
    package var question: String
    package var leastSeats: Int
    package var mostSeats: Int
    package var rounds: Int
    package var worst: WorkBound
    /// What of that its convener's questions may use; nil in journals from before it was held apart.
    package var questions: BudgetLimits?

    package init(
        table: Int, cell: Int, question: String, leastSeats: Int, mostSeats: Int, rounds: Int, worst: WorkBound,
        questions: BudgetLimits? = nil
    ) {
        self.table = table
        self.cell = cell
        self.question = question
        self.leastSeats = leastSeats
        self.mostSeats = mostSeats
        self.rounds = rounds
        self.worst = worst
        self.questions = questions
    }

    /// One line, the same whatever a model costs, so that a replay prints it too: `roundtable 1: 4 to 6 seats, 3 rounds; at most 20 subtasks, 168 model calls, 1296000 tokens`.
    package var sentence: String {
        let seats = leastSeats == mostSeats ? "\(mostSeats)" : "\(leastSeats) to \(mostSeats)"
        return "roundtable \(table): \(seats) seats, \(rounds) rounds; at most \(worst.text)"
    }

    /// The same with what it may cost.
    package var sentenceWithCost: String {
        "\(sentence), \(worst.microdollars.map(BudgetItem.microdollars.text) ?? "cost unknown")"
    }
}

/// An expert at a roundtable, as the model that convened it described it: untrusted text.
package struct RoundtableSeat: Sendable, Hashable, Codable {
    /// `A`, `B` … at its table.
    package var key: String
    package var name: String
    package var perspective: String
    package var stance: String
    package var analysis: String
    package var thinking: String
    /// The names of the experts whose stances it contradicts.
    package var opposes: [String]

    package init(
        key: String, name: String, perspective: String, stance: String, analysis: String, thinking: String,
        opposes: [String]
    ) {
        self.key = key
        self.name = name
        self.perspective = perspective
        self.stance = stance
        self.analysis = analysis
        self.thinking = thinking
        self.opposes = opposes
    }
}

/// A perspective that an expert missed, and what became of it.
package struct RoundtableRequest: Sendable, Hashable, Codable {
    package var by: String
    package var perspective: String
    package var why: String
    /// The key of the seat that it got, or why it got none.
    package var seat: String?
    package var declined: String?

    package init(by: String, perspective: String, why: String, seat: String? = nil, declined: String? = nil) {
        self.by = by
        self.perspective = perspective
        self.why = why
        self.seat = seat
        self.declined = declined
    }
}

/// Experts are seated for a round and those to come, or were asked for in vain.
package struct RoundtableSeated: Sendable, Hashable, Codable {
    package var table: Int
    package var round: Int
    /// The answer that most would give at first.
    package var obvious: String
    package var seats: [RoundtableSeat]
    package var asked: [RoundtableRequest]

    package init(
        table: Int, round: Int, obvious: String, seats: [RoundtableSeat], asked: [RoundtableRequest] = []
    ) {
        self.table = table
        self.round = round
        self.obvious = obvious
        self.seats = seats
        self.asked = asked
    }
}

/// A round begins; its experts' subtasks are called `NAME round N`.
package struct RoundtableRound: Sendable, Hashable, Codable {
    package var table: Int
    package var round: Int
    package var of: Int
    /// The keys of those who take part.
    package var seats: [String]

    package init(table: Int, round: Int, of: Int, seats: [String]) {
        self.table = table
        self.round = round
        self.of = of
        self.seats = seats
    }
}

/// A roundtable ended: with a synthesis, or without one for a reason.
package struct RoundtableClosed: Sendable, Hashable, Codable {
    package var table: Int
    /// complete, incomplete or failed.
    package var status: OutcomeStatus
    package var reason: String
    package var consensus: Int
    package var dissent: Int
    /// The keys of the experts that left it.
    package var failed: [String]

    package init(
        table: Int, status: OutcomeStatus, reason: String = "", consensus: Int = 0, dissent: Int = 0,
        failed: [String] = []
    ) {
        self.table = table
        self.status = status
        self.reason = reason
        self.consensus = consensus
        self.dissent = dissent
        self.failed = failed
    }
}
