internal import LatheVocabulary

/// What the attempts of a plan's steps may use, worked out before any begins: each gets a budget of its own, so that no model and no
/// kernel can make the sum larger.
struct PlanBounds: Sendable, Hashable {
    /// What one attempt may use.
    struct Share: Sendable, Hashable {
        var calls: Int
        var budget: BudgetLimits
        /// The roles of the models of its agent and its fallback; nil for the session's own.
        var roles: [String?] = []

        var json: JSONValue {
            var members: [String: JSONValue] = ["calls": .integer(calls)]
            members["tokens"] = budget.tokens.map(JSONValue.integer)
            members["subtasks"] = budget.subtasks.map(JSONValue.integer)
            members["usd"] = budget.microdollars.map { .number(Double($0) / 1e6) }
            members["time"] = budget.seconds.map { .number(max($0.rounded(.up), 1)) }
            let models = roles.map { $0.map { JSONValue.string($0) } ?? .null }
            return ["budget": .object(members), "max_turns": .integer(calls), "models": .array(models)]
        }
    }

    /// A step that is still to run.
    struct Open: Sendable {
        var step: PlanDraft.Step
        /// Attempts that it may still have.
        var attempts: Int
        /// Those that may do it, of its agent and its fallback with what takes over for them; the dearest counts.
        var models: [any LanguageModel]
        /// The roles of those of its agent and its fallback; nil for the session's own.
        var roles: [String?] = []
    }

    /// Attempts by the step's own agent; its fallback has one more.
    static let tries = 2

    private(set) var shares: [String: Share] = [:]
    private(set) var worst = WorkBound(subtasks: 0, modelCalls: 0, tokens: 0)

    /// Calls and tokens of an attempt, where nothing else is said: least of use, and most.
    static func range(_ complexity: PlanStep.Complexity?) -> (calls: ClosedRange<Int>, tokens: ClosedRange<Int>) {
        switch complexity {
        case .low: (2...6, 4_000...40_000)
        case .medium, nil: (3...12, 8_000...100_000)
        case .high: (4...20, 16_000...250_000)
        }
    }

    /// `asked` bounds the plan as a whole and `used` is what it has used of that; `budget` is what its owner may still use. Refused
    /// where the worst case has no room.
    init(
        _ open: [Open], asked: BudgetLimits, used: WorkBound, within budget: Budget, maxOutputTokens: Int
    ) throws(HostRefusal) {
        guard asked.seconds == nil else {
            throw HostRefusal(
                "invalid_arguments",
                "plan: its budget has no time, since steps run beside each other and again: give steps a time of their own, or "
                    + "the task --time-limit")
        }
        worst.subtasks = open.reduce(0) { $0 + $1.attempts * (1 + ($1.step.budget.subtasks ?? 0)) }
        let room = Room(asked: asked, used: used, budget: budget)
        try Self.require(.subtasks, worst.subtasks, room.subtasks, "")
        let calls = try Self.shared(
            .modelCalls, open.map { one in (one.attempts, Self.calls(one.step)) }, room.modelCalls, "")
        let tokens = try Self.shared(
            .tokens, open.map { one in (one.attempts, Self.tokens(one.step)) }, room.tokens, "")
        let prices = zip(open, zip(calls, tokens)).map { one, most in
            let written = min(most.0 * maxOutputTokens, most.1)
            return one.dearest(inputTokens: most.1 - written, outputTokens: written)
        }
        let money = try Self.money(open, prices, room.microdollars)
        for (index, one) in open.enumerated() {
            var budget = BudgetLimits(tokens: tokens[index], modelCalls: calls[index])
            (budget.seconds, budget.subtasks) = (one.step.budget.seconds, one.step.budget.subtasks)
            budget.microdollars = room.microdollars == nil ? one.step.budget.microdollars : money?[index]
            shares[one.step.name] = Share(calls: calls[index], budget: budget, roles: one.roles)
            worst.modelCalls += one.attempts * calls[index]
            worst.tokens += one.attempts * tokens[index]
        }
        worst.microdollars = money.map { zip(open, $0).reduce(0) { $0 + $1.0.attempts * $1.1 } }
    }

    private static func calls(_ step: PlanDraft.Step) -> ClosedRange<Int> {
        if let given = step.budget.modelCalls ?? step.maxTurns { return given...given }
        return range(step.complexity).calls
    }

    private static func tokens(_ step: PlanDraft.Step) -> ClosedRange<Int> {
        if let given = step.budget.tokens { return given...given }
        return range(step.complexity).tokens
    }

    /// What each attempt may cost; nil where no price is known and nothing limits money.
    private static func money(
        _ open: [Open], _ prices: [Cost], _ left: Int?
    ) throws(HostRefusal) -> [Int]? {
        var most: [(attempts: Int, range: ClosedRange<Int>)] = []
        for (one, price) in zip(open, prices) {
            if let given = one.step.budget.microdollars {
                most.append((one.attempts, given...given))
            } else if case .microdollars(let price) = price {
                // A tenth of the worst case still lets each call one short reply.
                most.append((one.attempts, min(max(price / 10, 1), max(price, 0))...max(price, 0)))
            } else if left != nil {
                throw HostRefusal(
                    "limit",
                    "plan: no price is known for \(one.names), so it cannot be held to a limit of money")
            } else {
                return nil
            }
        }
        return try shared(.microdollars, most, left, " at these models' prices")
    }

    /// The most of an item for one attempt of each, made smaller alike where there is less room, but never below the least of use.
    private static func shared(
        _ item: BudgetItem, _ wanted: [(attempts: Int, range: ClosedRange<Int>)], _ left: Int?, _ why: String
    ) throws(HostRefusal) -> [Int] {
        let least = wanted.reduce(0) { $0 + $1.attempts * $1.range.lowerBound }
        let most = wanted.reduce(0) { $0 + $1.attempts * $1.range.upperBound }
        try require(item, least, left, why)
        guard let left, left < most else { return wanted.map(\.range.upperBound) }
        let part = Double(left - least) / Double(most - least)
        return wanted.map { $0.range.lowerBound + Int(Double($0.range.upperBound - $0.range.lowerBound) * part) }
    }

    private static func require(
        _ item: BudgetItem, _ needed: Int, _ left: Int?, _ why: String
    ) throws(HostRefusal) {
        guard let left, left < needed else { return }
        throw HostRefusal(
            "limit",
            "plan: with attempts that may follow a failure it needs room for \(item.text(needed))\(why), and "
                + "\(item.text(max(left, 0))) are left for it: take fewer or simpler steps, or a larger budget")
    }

    /// What is left for a plan, of each item; nil where nothing limits it.
    private struct Room {
        let (subtasks, modelCalls, tokens, microdollars): (Int?, Int?, Int?, Int?)

        init(asked: BudgetLimits, used: WorkBound, budget: Budget) {
            func left(_ item: BudgetItem, _ own: Int?, _ used: Int) -> Int? {
                [own.map { $0 - used }, budget.left(item)].compactMap(\.self).min()
            }
            subtasks = left(.subtasks, asked.subtasks, used.subtasks)
            modelCalls = left(.modelCalls, asked.modelCalls, used.modelCalls)
            tokens = left(.tokens, asked.tokens, used.tokens)
            microdollars = left(.microdollars, asked.microdollars, used.microdollars ?? 0)
        }
    }
}

extension PlanBounds.Open {
    fileprivate var names: String { models.map(\.name).joined(separator: ", ") }

    /// What the dearest of its models may cost; unknown where the price of one is.
    fileprivate func dearest(inputTokens: Int, outputTokens: Int) -> Cost {
        var most: Int?
        for model in models {
            guard case .microdollars(let cost) = model.worstCost(inputTokens: inputTokens, outputTokens: outputTokens)
            else { return .unknown }
            most = max(most ?? 0, cost)
        }
        return most.map { .microdollars($0) } ?? .unknown
    }
}
