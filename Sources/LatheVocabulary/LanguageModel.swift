/// A model that answers requests: a provider's endpoint, a local server, or a recording.
package protocol LanguageModel: Sendable {
    /// What the user called it, such as `anthropic:claude-sonnet-5-5` or `replay`.
    var name: String { get }

    /// How this model is asked for code when it can choose freely.
    var codeForm: CodeForm { get }

    /// True for models that answer simple questions only and need a short prompt; false unless a model says so.
    var isSmall: Bool { get }

    /// True where replies come from a recording, so that nothing is spent; false unless a model says so.
    var isReplay: Bool { get }

    /// How much fits into one call; assumed where nobody said.
    var contextWindow: ContextWindow { get }

    /// Whether this request is answered from a recording; the same for all unless a model says so.
    func replays(_ request: ModelRequest) -> Bool

    /// Whether another model took over after this request where that was recorded: what is live falls back wherever it can.
    func fellBack(after request: ModelRequest) -> Bool

    /// The most calls of this model at a time in one run of the program; nil where only its account's pace bounds them.
    var parallelCalls: Int? { get }

    /// Whose account the calls are counted on, such as `anthropic`: what stops one model of it stops all.
    var account: String { get }

    /// The most that a call with so many tokens can cost; unknown where no price is known.
    func worstCost(inputTokens: Int, outputTokens: Int) -> Cost

    /// What a call costs that used so much; unknown unless a model knows its price.
    func cost(of usage: Usage) -> Cost

    /// Asks once and returns the whole reply; `progress` sees it grow, in order, before the call returns.
    ///
    /// Retries by its own rules and reports each wait to `progress`. Cancelling the task ends the call with `.cancelled`.
    func reply(
        to request: ModelRequest,
        progress: @escaping @Sendable (ReplyProgress) -> Void
    ) async throws(ModelError) -> ModelReply
}

/// What is seen of a reply while it comes in.
package enum ReplyProgress: Sendable, Hashable {
    case text(String)
    /// A piece of the code of the call under way.
    case code(String)
    /// The call failed and is made again after a wait; what came in so far is void.
    ///
    /// `mayHaveCost` where the failed attempt had got as far as a reply, whose tokens nobody has told.
    case retrying(attempt: Int, seconds: Double, reason: String, mayHaveCost: Bool)
}

/// Why a model gave no reply, after all retries.
package struct ModelError: Error, Sendable, Hashable {
    package enum Code: String, Sendable, Codable {
        case keyMissing, keyRefused, billing, rateLimited, overloaded, unreachable, cutStream, badReply, badRequest,
            contextTooLong, notRecorded, notInstalled, budget, cancelled
    }

    package var code: Code
    /// One sentence for a person: what happened and what to do.
    package var reason: String
    /// Whether the call may have cost something all the same: it failed after a reply had begun.
    package var mayHaveCost: Bool
    /// Seconds for which the provider wants to be left alone; nil where it did not say.
    package var retryAfter: Double?

    package init(_ code: Code, _ reason: String, mayHaveCost: Bool = false, retryAfter: Double? = nil) {
        self.retryAfter = retryAfter
        self.code = code
        self.reason = reason
        self.mayHaveCost = mayHaveCost
    }

    /// True where no other call on the same account can succeed until a person has done something.
    package var stopsAccount: Bool { [.keyMissing, .keyRefused, .billing].contains(code) }

    /// True where a model of another account may be able to do what this one cannot.
    package var canBeSteppedRound: Bool { stopsAccount || rests || code == .notInstalled }

    /// True where other calls on the same account would meet the same for a while.
    package var rests: Bool { [.rateLimited, .overloaded, .unreachable].contains(code) }
}

extension LanguageModel {
    package var contextWindow: ContextWindow { .assumed }
    package var account: String { name }
    package var parallelCalls: Int? { nil }
    package func cost(of usage: Usage) -> Cost { .unknown }
    package var isSmall: Bool { false }
    package var isReplay: Bool { false }
    package func fellBack(after request: ModelRequest) -> Bool { true }
    package func replays(_ request: ModelRequest) -> Bool { isReplay }
}
