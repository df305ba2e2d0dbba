/// What is counted against a budget. Each is a whole number, so that sums are exact.
package enum BudgetItem: String, Sendable, Hashable, Codable, CaseIterable {
    case tokens, microdollars, modelCalls, subtasks

    /// An amount as people read it.
    package func text(_ amount: Int) -> String {
        switch self {
        case .tokens: amount == 1 ? "1 token" : "\(amount) tokens"
        case .microdollars: Self.dollars(amount)
        case .modelCalls: amount == 1 ? "1 model call" : "\(amount) model calls"
        case .subtasks: amount == 1 ? "1 subtask" : "\(amount) subtasks"
        }
    }

    private static func dollars(_ micro: Int) -> String {
        let digits = String(abs(micro) % 1_000_000 + 1_000_000).dropFirst()
        var fraction = String(digits)
        while fraction.count > 2, fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(micro < 0 ? "-" : "")$\(abs(micro) / 1_000_000).\(fraction)"
    }
}
