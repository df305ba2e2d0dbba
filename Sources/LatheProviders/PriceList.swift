/// The list prices that we know, in dollars for a million tokens, and the day they were looked up. A model that is not here has
/// no known price.
///
/// Sources: platform.claude.com/docs/en/about-claude/pricing (five-minute cache writes) and
/// developers.openai.com/api/docs/pricing (standard tier; the rates of long prompts from the models' own pages).
enum PriceList {
    /// Prices change: a configuration's `price` goes before these.
    static let asOf = "2026-11-21"

    static let anthropic: [String: ModelPrice] = [
        "claude-fable-5-1": ModelPrice(input: 10, output: 50, cacheRead: 0.25, cacheWrite: 12.5),
        "claude-fable-5": ModelPrice(input: 10, output: 50, cacheRead: 1, cacheWrite: 12.5),
        "claude-opus-5-5": ModelPrice(input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5),
        "claude-opus-5": opus,
        "claude-opus-4-8": opus,
        "claude-opus-4-7": opus,
        "claude-opus-4-6": opus,
        "claude-opus-4-5": opus,
        "claude-sonnet-5-5": ModelPrice(input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5),
        "claude-sonnet-5": ModelPrice(input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5),
        "claude-sonnet-4-6": ModelPrice(input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75),
        "claude-sonnet-4-5": ModelPrice(input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75),
        "claude-haiku-5-5": ModelPrice(input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125)
            .above(100_000, .init(input: 0.5, output: 2.5, cacheRead: 0.05, cacheWrite: 0.625)),
        "claude-haiku-4-5": ModelPrice(input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25),
    ]

    private static let opus = ModelPrice(input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25)

    static let openAI: [String: ModelPrice] = [
        "gpt-6.1-sol": banded(input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5),
        "gpt-6.1-terra": banded(input: 1, output: 5, cacheRead: 0.05, cacheWrite: 1.25),
        "gpt-6-astra": banded(input: 10, output: 50, cacheRead: 1, cacheWrite: 12.5),
        "gpt-6-sol": banded(input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5),
        "gpt-6-luna": banded(input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125),
        "gpt-5.6-sol": banded(input: 4, output: 20, cacheRead: 0.4, cacheWrite: 5),
        "gpt-5.6-terra": banded(input: 2, output: 12, cacheRead: 0.2, cacheWrite: 2.5),
        "gpt-5.6-luna": banded(input: 0.2, output: 1.2, cacheRead: 0.02, cacheWrite: 0.25),
        "gpt-5.5": banded(input: 5, output: 30, cacheRead: 0.5),
        "gpt-5.4": banded(input: 2.5, output: 15, cacheRead: 0.25),
        "gpt-5.4-mini": ModelPrice(input: 0.75, output: 4.5, cacheRead: 0.075),
        "gpt-5.4-nano": ModelPrice(input: 0.2, output: 1.25, cacheRead: 0.02),
        "gpt-5.2": ModelPrice(input: 1.75, output: 14, cacheRead: 0.175),
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

    /// A price of OpenAI's models with a window of a million tokens: above 272,000, the whole prompt costs twice as much
    /// and the reply half as much again.
    private static func banded(
        input: Double, output: Double, cacheRead: Double, cacheWrite: Double? = nil
    ) -> ModelPrice {
        ModelPrice(input: input, output: output, cacheRead: cacheRead, cacheWrite: cacheWrite).above(
            272_000,
            .init(
                input: input * 2, output: output * 1.5, cacheRead: cacheRead * 2, cacheWrite: cacheWrite.map { $0 * 2 })
        )
    }

    /// The price of a model by its name, also with the date that providers append to it.
    static func price(of model: String, in list: [String: ModelPrice]) -> ModelPrice? {
        if let price = list[model] { return price }
        return list[undated(model)]
    }

    /// A model's name without the date at its end.
    static func undated(_ model: String) -> String {
        // Asked for before every request, and a pattern is parsed anew each time.
        guard model.hasSuffix("-latest") || model.last?.isNumber == true else { return model }
        return model.replacing(/-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, with: "")
    }
}
