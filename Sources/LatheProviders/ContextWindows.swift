import LatheVocabulary

/// The context windows that we know, in tokens, and the day they were looked up. What is not here is assumed to be small.
///
/// Sources: platform.claude.com/docs, pages of the models and of context windows; developers.openai.com/api/docs/models.
enum ContextWindows {
    /// A configuration's `contextWindow` goes before these.
    static let asOf = "2026-11-21"

    static let anthropic: [String: Int] = [
        "claude-fable-5-1": 1_000_000, "claude-fable-5": 1_000_000, "claude-opus-5-5": 1_000_000,
        "claude-opus-5": 1_000_000, "claude-opus-4-8": 1_000_000, "claude-opus-4-7": 1_000_000,
        "claude-opus-4-6": 1_000_000, "claude-opus-4-5": 200_000, "claude-sonnet-5-5": 1_000_000,
        "claude-sonnet-5": 1_000_000, "claude-sonnet-4-6": 1_000_000, "claude-sonnet-4-5": 200_000,
        "claude-haiku-5-5": 1_000_000, "claude-haiku-4-5": 200_000,
    ]

    /// Of those without a window of a million tokens what they take as input, which is less than their whole context.
    static let openAI: [String: Int] = [
        "gpt-6.1-sol": 1_000_000, "gpt-6.1-terra": 1_000_000, "gpt-6-astra": 1_000_000, "gpt-6-sol": 1_000_000,
        "gpt-6-luna": 1_000_000, "gpt-5.6-sol": 1_000_000, "gpt-5.6-terra": 1_000_000, "gpt-5.6-luna": 1_000_000,
        "gpt-5.5": 1_000_000, "gpt-5.4": 1_000_000, "gpt-5.4-mini": 272_000, "gpt-5.4-nano": 272_000,
        "gpt-5.2": 272_000, "gpt-5.1": 272_000, "gpt-5": 272_000, "gpt-5-mini": 272_000, "gpt-5-nano": 272_000,
        "gpt-4.1": 1_000_000, "gpt-4.1-mini": 1_000_000, "gpt-4.1-nano": 1_000_000, "gpt-4o": 128_000,
        "gpt-4o-mini": 128_000,
    ]

    /// The window of a model by its name, also with the date that providers append to it.
    static func window(of model: String, in list: [String: Int]) -> ContextWindow {
        (list[model] ?? list[PriceList.undated(model)]).map { ContextWindow($0, .known) } ?? .assumed
    }
}
