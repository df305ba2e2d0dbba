package import LatheVocabulary

/// One session, as `lathe sessions list` shows it.
package struct SessionRow: Sendable, Hashable {
    package var name: String
    /// Seconds since 1970-01-01 UTC.
    package var lastUsed: Double
    package var tasks: Int
    package var turns: Int
    package var model: String
    package var usage: Usage
    package var cost: Cost
    /// Of its last task; nil where it never had one.
    package var status: OutcomeStatus?
    /// Whether its last task has no end, so that it can be gone on with.
    package var isUnfinished = false
    /// The last task; empty where it never had one.
    package var lastTask: String

    package init(
        name: String, lastUsed: Double, tasks: Int = 0, turns: Int = 0, model: String = "", usage: Usage = Usage(),
        cost: Cost = .none, status: OutcomeStatus? = nil, lastTask: String = ""
    ) {
        self.name = name
        self.lastUsed = lastUsed
        self.tasks = tasks
        self.turns = turns
        self.model = model
        self.usage = usage
        self.cost = cost
        self.status = status
        self.lastTask = lastTask
    }

    /// How the last task ended, or how to go on with it.
    var ending: String {
        isUnfinished ? "unfinished: lathe resume \(name)" : status.map(EndBlock.word) ?? "-"
    }

    package var json: JSONValue {
        [
            "name": .string(name), "lastUsed": .number(lastUsed), "tasks": .integer(tasks), "turns": .integer(turns),
            "model": .string(model), "tokens": .integer(usage.total),
            "microdollars": cost.microdollars.map { .integer($0) } ?? .null,
            "unfinished": .bool(isUnfinished),
            "status": status.map { .string($0.rawValue) } ?? .null, "lastTask": .string(lastTask),
        ]
    }
}

extension Cost {
    /// nil where no price is known.
    var microdollars: Int? { if case .microdollars(let amount) = self { amount } else { nil } }
}
