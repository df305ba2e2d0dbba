package import LatheVocabulary

/// What a provider charges, in millionths of a dollar for a million tokens.
package struct ModelPrice: Sendable, Hashable {
    /// The rates of one band of prompt lengths.
    package struct Rates: Sendable, Hashable {
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
    }

    /// What a request costs whose prompt is longer than so many tokens, cached ones included: all of it, not the rest alone.
    package struct LongPrompt: Sendable, Hashable {
        package var tokens: Int
        package var rates: Rates
    }

    package var rates: Rates
    package var longPrompt: LongPrompt?

    /// From dollars for a million tokens, as providers publish them.
    package init(input: Double, output: Double, cacheRead: Double? = nil, cacheWrite: Double? = nil) {
        rates = Rates(input: input, output: output, cacheRead: cacheRead, cacheWrite: cacheWrite)
    }

    /// This price with other rates for prompts of more than `tokens`.
    package func above(_ tokens: Int, _ rates: Rates) -> ModelPrice {
        var price = self
        price.longPrompt = LongPrompt(tokens: tokens, rates: rates)
        return price
    }

    static let free = ModelPrice(input: 0, output: 0)

    private func rates(forPrompt tokens: Int) -> Rates {
        if let longPrompt, tokens > longPrompt.tokens { longPrompt.rates } else { rates }
    }

    /// The cost of a call, rounded up to a whole microdollar.
    package func cost(of usage: Usage) -> Cost {
        let (some, tooMany) = usage.input.addingReportingOverflow(usage.cacheRead)
        let (prompt, tooManyStill) = some.addingReportingOverflow(usage.cacheWrite)
        guard !tooMany, !tooManyStill else { return .unknown }
        let rates = rates(forPrompt: prompt)
        let parts = [
            (usage.input, rates.input), (usage.output, rates.output), (usage.cacheRead, rates.cacheRead),
            (usage.cacheWrite, rates.cacheWrite),
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

    /// This price with all input at the dearest of what input may count as.
    fileprivate var dearest: ModelPrice {
        var price = self
        price.rates.input = max(rates.input, rates.cacheRead, rates.cacheWrite)
        if let long = longPrompt?.rates {
            price.longPrompt?.rates.input = max(long.input, long.cacheRead, long.cacheWrite)
        }
        return price
    }
}

extension ModelPrice? {
    /// The most that a call with so many tokens can cost: all of its input at the dearest of what input may count as.
    func worstCost(inputTokens: Int, outputTokens: Int) -> Cost {
        guard let price = self else { return .unknown }
        return price.dearest.cost(of: Usage(input: inputTokens, output: outputTokens))
    }
}

extension ModelPrice {
    init(parsing value: JSONValue, at path: String) throws(ModelSetupError) {
        let own = try ConfigurationReader.object(value, path)
        rates = try Rates(parsing: own.filter { $0.0 != "above" }, at: path, known: ["above"])
        guard let above = value["above"] else { return }
        let members = try ConfigurationReader.object(above, "\(path).above")
        guard let tokens = above["tokens"] else {
            throw ModelSetupError(.badConfiguration, "\(PlainText.line(path)).above needs tokens, input and output.")
        }
        longPrompt = LongPrompt(
            tokens: try ConfigurationReader.positive(tokens, "\(path).above.tokens"),
            rates: try Rates(parsing: members.filter { $0.0 != "tokens" }, at: "\(path).above", known: ["tokens"]))
    }
}

extension ModelPrice.Rates {
    fileprivate init(
        parsing members: [(String, JSONValue)], at path: String, known others: [String]
    ) throws(ModelSetupError) {
        var amounts: [String: Double] = [:]
        let known = ["input", "output", "cacheRead", "cacheWrite"]
        for (key, member) in members {
            guard known.contains(key) else { throw ConfigurationReader.unknown("\(path).\(key)", known + others) }
            amounts[key] = try ConfigurationReader.amount(member, "\(path).\(key)")
        }
        guard let input = amounts["input"], let output = amounts["output"] else {
            throw ModelSetupError(.badConfiguration, "\(PlainText.line(path)) needs both input and output.")
        }
        self.init(input: input, output: output, cacheRead: amounts["cacheRead"], cacheWrite: amounts["cacheWrite"])
    }
}
