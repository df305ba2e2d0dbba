/// What a task or a subtask may use of everything that costs, its subtasks included. Nil sets no limit.
package struct BudgetLimits: Sendable, Hashable, Codable {
    /// Tokens read and written, cached ones included.
    package var tokens: Int?
    /// Millionths of a US dollar.
    package var microdollars: Int?
    package var modelCalls: Int?
    package var subtasks: Int?
    /// Seconds of wall time.
    package var seconds: Double?

    package init(
        tokens: Int? = nil, microdollars: Int? = nil, modelCalls: Int? = nil, subtasks: Int? = nil,
        seconds: Double? = nil
    ) {
        self.tokens = tokens
        self.microdollars = microdollars
        self.modelCalls = modelCalls
        self.subtasks = subtasks
        self.seconds = seconds
    }

    /// These limits where they are set, else those of `other`.
    package func over(_ other: BudgetLimits) -> BudgetLimits {
        BudgetLimits(
            tokens: tokens ?? other.tokens, microdollars: microdollars ?? other.microdollars,
            modelCalls: modelCalls ?? other.modelCalls, subtasks: subtasks ?? other.subtasks,
            seconds: seconds ?? other.seconds)
    }

    package var isUnlimited: Bool { self == BudgetLimits() }
}

extension BudgetLimits {
    package func limit(of item: BudgetItem) -> Int? {
        switch item {
        case .tokens: tokens
        case .microdollars: microdollars
        case .modelCalls: modelCalls
        case .subtasks: subtasks
        }
    }
}
