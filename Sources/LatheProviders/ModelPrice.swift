package import LatheVocabulary

/// What a provider charges, in millionths of a dollar for a million tokens.
package struct ModelPrice: Sendable, Hashable {
    package var input: Int
    package var output: Int
    package var cacheRead: Int
    package var cacheWrite: Int

    /// From dollars for a million tokens, as providers publish them.
    package init(input: Double, output: Double, cacheRead: Double? = nil, cacheWrite: Double? = nil) {
        func micro(_ dollars: Double) -> Int { Int((dollars * 1_000_000).rounded()) }
        self.input = micro(input)
        self.output = micro(output)
        self.cacheRead = micro(cacheRead ?? input)
        self.cacheWrite = micro(cacheWrite ?? input)
    }

    static let free = ModelPrice(input: 0, output: 0)

    /// The cost of a call, rounded up to a whole microdollar.
    package func cost(of usage: Usage) -> Cost {
        let parts = [
            (usage.input, input), (usage.output, output), (usage.cacheRead, cacheRead), (usage.cacheWrite, cacheWrite),
        ]
        var sum = 0
        for (tokens, price) in parts {
            let (part, overflow) = tokens.multipliedReportingOverflow(by: price)
            let (next, tooLarge) = sum.addingReportingOverflow(part)
            guard tokens >= 0, !overflow, !tooLarge else { return .unknown }
            sum = next
        }
        return .microdollars(sum / 1_000_000 + (sum % 1_000_000 == 0 ? 0 : 1))
    }
}

extension ModelPrice? {
    /// The most that a call with so many tokens can cost: all of its input at the dearest of what input may count as.
    func worstCost(inputTokens: Int, outputTokens: Int) -> Cost {
        guard let price = self else { return .unknown }
        let dearest = max(price.input, price.cacheRead, price.cacheWrite)
        var worst = price
        worst.input = dearest
        return worst.cost(of: Usage(input: inputTokens, output: outputTokens))
    }
}

extension ModelPrice {
    init(parsing value: JSONValue, at path: String) throws(ModelSetupError) {
        var amounts: [String: Double] = [:]
        let known = ["input", "output", "cacheRead", "cacheWrite"]
        for (key, member) in try ConfigurationReader.object(value, path) {
            guard known.contains(key) else { throw ConfigurationReader.unknown("\(path).\(key)", known) }
            amounts[key] = try ConfigurationReader.amount(member, "\(path).\(key)")
        }
        guard let input = amounts["input"], let output = amounts["output"] else {
            throw ModelSetupError(.badConfiguration, "\(PlainText.line(path)) needs both input and output.")
        }
        self.init(input: input, output: output, cacheRead: amounts["cacheRead"], cacheWrite: amounts["cacheWrite"])
    }
}

/// The list prices that we know, and the day they were looked up. A model that is not here has no known price.
enum PriceList {
    /// Prices change: a configuration's `price` goes before these.
    static let asOf = "2025-11-30"

    static let anthropic: [String: ModelPrice] = [
        "claude-opus-4-5": ModelPrice(input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25),
        "claude-opus-4-1": ModelPrice(input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75),
        "claude-sonnet-4-5": ModelPrice(input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75),
        "claude-sonnet-4": ModelPrice(input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75),
        "claude-haiku-4-5": ModelPrice(input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25),
    ]

    static let openAI: [String: ModelPrice] = [
        "gpt-5.1": ModelPrice(input: 1.25, output: 10, cacheRead: 0.125),
        "gpt-5": ModelPrice(input: 1.25, output: 10, cacheRead: 0.125),
        "gpt-5-mini": ModelPrice(input: 0.25, output: 2, cacheRead: 0.025),
        "gpt-5-nano": ModelPrice(input: 0.05, output: 0.4, cacheRead: 0.005),
        "gpt-4.1": ModelPrice(input: 2, output: 8, cacheRead: 0.5),
        "gpt-4.1-mini": ModelPrice(input: 0.4, output: 1.6, cacheRead: 0.1),
        "gpt-4.1-nano": ModelPrice(input: 0.1, output: 0.4, cacheRead: 0.025),
        "gpt-4o": ModelPrice(input: 2.5, output: 10, cacheRead: 1.25),
        "gpt-4o-mini": ModelPrice(input: 0.15, output: 0.6, cacheRead: 0.075),
    ]

    /// The price of a model by its name, also with the date that providers append to it.
    static func price(of model: String, in list: [String: ModelPrice]) -> ModelPrice? {
        if let price = list[model] { return price }
        let bare = model.replacing(/-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, with: "")
        return list[bare]
    }
}
