/// The most that a roundtable or a plan can use, of everything that is counted.
package struct WorkBound: Sendable, Hashable, Codable {
    package var subtasks: Int
    package var modelCalls: Int
    package var tokens: Int
    /// Nil where no price is known.
    package var microdollars: Int?

    package init(subtasks: Int, modelCalls: Int, tokens: Int, microdollars: Int? = nil) {
        self.subtasks = subtasks
        self.modelCalls = modelCalls
        self.tokens = tokens
        self.microdollars = microdollars
    }

    package var text: String {
        [BudgetItem.subtasks.text(subtasks), BudgetItem.modelCalls.text(modelCalls), BudgetItem.tokens.text(tokens)]
            .joined(separator: ", ")
    }
}
