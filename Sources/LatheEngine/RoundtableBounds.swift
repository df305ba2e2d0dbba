internal import LatheVocabulary

/// What a roundtable may use, worked out before it begins: each of its subtasks gets a budget of its own, and so do the questions of
/// its convener, so that no model and no kernel can make the sum larger.
struct RoundtableBounds: Sendable, Hashable {
    static let seats = 4...6
    static let rounds = 2...5
    /// Subtasks beside those of the rounds: the synthesis.
    private static let syntheses = 1
    /// Tokens that one of the convener's requests may use on average: the question, the experts and what they miss, and a reply.
    private static let questionTokens = 14_000
    private static let turns = (least: 4, most: 8)
    private static let tokensEach = (least: 8_000, most: 60_000)

    let each: BudgetLimits
    let maxTurns: Int
    /// What all questions of the convener together may use.
    let questions: BudgetLimits
    let worst: WorkBound

    /// Requests of the convener: for the experts, and for what they miss after each round but the last two. Each question is asked once
    /// more where experts cannot be used, and each time once more where the reply has not its form.
    static func questionCalls(rounds: Int) -> Int { 4 + 4 * max(0, rounds - 2) }

    /// `asked` bounds the table as a whole, `budget` is what its owner may still use; refused where the worst case has no room. `models`
    /// are the chain of its role: whichever of them goes on, the dearest is reckoned with.
    init(
        mostSeats: Int, rounds: Int, asked: BudgetLimits, within budget: Budget, models: [any LanguageModel],
        maxOutputTokens: Int
    ) throws(HostRefusal) {
        let questionCalls = Self.questionCalls(rounds: rounds)
        let subtasks = mostSeats * rounds + Self.syntheses
        try Self.require(.subtasks, subtasks, Self.least(asked.subtasks, budget.left(.subtasks)), "")
        let calls = Self.least(asked.modelCalls, budget.left(.modelCalls))
        maxTurns = min(calls.map { ($0 - questionCalls) / subtasks } ?? Self.turns.most, Self.turns.most)
        try Self.require(.modelCalls, Self.turns.least * subtasks + questionCalls, calls, "")
        let asking = questionCalls * Self.questionTokens
        let tokens = Self.least(asked.tokens, budget.left(.tokens))
        try Self.require(.tokens, Self.tokensEach.least * subtasks + asking, tokens, "")
        let share = min(tokens.map { ($0 - asking) / subtasks } ?? Self.tokensEach.most, Self.tokensEach.most)
        var each = BudgetLimits(tokens: share, modelCalls: maxTurns)
        each.seconds = asked.seconds.map { $0 / Double(rounds + 1) }
        let written = min(maxTurns * maxOutputTokens, share)
        let input = Self.questionTokens - 2_048
        let priceEach = Self.dearest(models) { $0.worstCost(inputTokens: share - written, outputTokens: written) }
        let question = Self.dearest(models) { $0.worstCost(inputTokens: input, outputTokens: 2_048) }
        let money = Self.least(asked.microdollars, budget.left(.microdollars))
        var (worstMoney, askingMoney): (Int?, Int?) = (nil, nil)
        if let priceEach, let question {
            let price = question * questionCalls
            // A tenth of the worst case still lets each call one short reply.
            try Self.require(.microdollars, price + subtasks * max(priceEach / 10, 1), money, " at this model's price")
            each.microdollars = money.map { max(min(($0 - price) / subtasks, priceEach), 1) }
            worstMoney = price + subtasks * (each.microdollars ?? priceEach)
            askingMoney = money == nil ? nil : price
        } else if money != nil {
            let names = models.map(\.name).joined(separator: ", ")
            throw HostRefusal(
                "limit", "roundtable: no price is known for \(names), so it cannot be held to a limit of money")
        }
        questions = BudgetLimits(tokens: asking, microdollars: askingMoney, modelCalls: questionCalls)
        self.each = each
        worst = WorkBound(
            subtasks: subtasks, modelCalls: maxTurns * subtasks + questionCalls,
            tokens: share * subtasks + asking, microdollars: worstMoney)
    }

    /// As the kernel hands it on with each delegation.
    var json: JSONValue {
        var members: [String: JSONValue] = [:]
        members["tokens"] = each.tokens.map(JSONValue.integer)
        members["calls"] = each.modelCalls.map(JSONValue.integer)
        members["usd"] = each.microdollars.map { .number(Double($0) / 1e6) }
        members["time"] = each.seconds.map { .number(max($0.rounded(.up), 1)) }
        return .object(members)
    }

    /// The most that something costs with any of the models; nil where the price of one is not known.
    private static func dearest(_ models: [any LanguageModel], _ cost: (any LanguageModel) -> Cost) -> Int? {
        var most = 0
        for model in models {
            guard case .microdollars(let price) = cost(model) else { return nil }
            most = max(most, price)
        }
        return most
    }

    private static func least(_ one: Int?, _ other: Int?) -> Int? {
        [one, other].compactMap { $0 }.min()
    }

    private static func require(
        _ item: BudgetItem, _ needed: Int, _ left: Int?, _ why: String
    ) throws(HostRefusal) {
        guard let left, left < needed else { return }
        throw HostRefusal(
            "limit",
            "roundtable: it needs room for \(item.text(needed))\(why), and \(item.text(max(left, 0))) are left for it: "
                + "take fewer rounds or seats, or a larger budget")
    }
}
