internal import LatheVocabulary

/// What a roundtable may use, worked out before it begins: each of its subtasks gets a budget of its own, so that no model and no
/// kernel can make the sum larger.
struct RoundtableBounds: Sendable, Hashable {
    static let seats = 4...6
    static let rounds = 2...5
    /// Subtasks beside those of the rounds: the synthesis.
    private static let syntheses = 1
    /// Requests of the convener: twice for the experts, twice for each of two rounds of missing perspectives, each mended once.
    private static let questionCalls = 12
    /// Tokens that one of them can use: the question, the experts and what they miss, and a reply.
    private static let questionTokens = 14_000
    private static let turns = (least: 4, most: 8)
    private static let tokensEach = (least: 8_000, most: 60_000)

    let each: BudgetLimits
    let maxTurns: Int
    let worst: WorkBound

    /// `asked` bounds the table as a whole, `budget` is what its owner may still use; refused where the worst case has no room.
    init(
        mostSeats: Int, rounds: Int, asked: BudgetLimits, within budget: Budget, model: any LanguageModel,
        maxOutputTokens: Int
    ) throws(HostRefusal) {
        let subtasks = mostSeats * rounds + Self.syntheses
        try Self.require(.subtasks, subtasks, Self.least(asked.subtasks, budget.left(.subtasks)), "")
        let calls = Self.least(asked.modelCalls, budget.left(.modelCalls))
        maxTurns = min(calls.map { ($0 - Self.questionCalls) / subtasks } ?? Self.turns.most, Self.turns.most)
        try Self.require(.modelCalls, Self.turns.least * subtasks + Self.questionCalls, calls, "")
        let questions = Self.questionCalls * Self.questionTokens
        let tokens = Self.least(asked.tokens, budget.left(.tokens))
        try Self.require(.tokens, Self.tokensEach.least * subtasks + questions, tokens, "")
        let share = min(tokens.map { ($0 - questions) / subtasks } ?? Self.tokensEach.most, Self.tokensEach.most)
        var each = BudgetLimits(tokens: share, modelCalls: maxTurns)
        each.seconds = asked.seconds.map { $0 / Double(rounds + 1) }
        let written = min(maxTurns * maxOutputTokens, share)
        let costs = (
            each: model.worstCost(inputTokens: share - written, outputTokens: written),
            question: model.worstCost(inputTokens: Self.questionTokens - 2_048, outputTokens: 2_048)
        )
        let money = Self.least(asked.microdollars, budget.left(.microdollars))
        var worstMoney: Int?
        if case .microdollars(let priceEach) = costs.each, case .microdollars(let question) = costs.question {
            let asking = question * Self.questionCalls
            // A tenth of the worst case still lets each call one short reply.
            try Self.require(.microdollars, asking + subtasks * max(priceEach / 10, 1), money, " at this model's price")
            each.microdollars = money.map { max(min(($0 - asking) / subtasks, priceEach), 1) }
            worstMoney = asking + subtasks * (each.microdollars ?? priceEach)
        } else if money != nil {
            throw HostRefusal(
                "limit", "roundtable: no price is known for \(model.name), so it cannot be held to a limit of money")
        }
        self.each = each
        worst = WorkBound(
            subtasks: subtasks, modelCalls: maxTurns * subtasks + Self.questionCalls,
            tokens: share * subtasks + questions, microdollars: worstMoney)
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
