package import LatheVocabulary

/// A model that answers from a recording as far as that goes, and live from there on.
package struct BranchModel: LanguageModel {
    private let recorded: ReplayModel
    private let live: any LanguageModel

    /// `recorded` holds what came before the turn at which the live model takes over, of all places.
    package init(recorded: ReplayModel, live: any LanguageModel) {
        self.recorded = recorded
        self.live = live
    }

    package var name: String { live.name }
    package var codeForm: CodeForm { live.codeForm }
    package var isSmall: Bool { live.isSmall }
    package var account: String { live.account }
    package var contextWindow: ContextWindow { live.contextWindow }
    package var parallelCalls: Int? { live.parallelCalls }

    package func replays(_ request: ModelRequest) -> Bool { recorded.knows(request) }

    package func fellBack(after request: ModelRequest) -> Bool {
        !recorded.knows(request) || recorded.fellBack(after: request)
    }

    package func worstCost(inputTokens: Int, outputTokens: Int) -> Cost {
        live.worstCost(inputTokens: inputTokens, outputTokens: outputTokens)
    }

    package func cost(of usage: Usage) -> Cost { live.cost(of: usage) }

    package func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ReplyProgress) -> Void
    ) async throws(ModelError) -> ModelReply {
        if replays(request) { return try await recorded.reply(to: request, progress: progress) }
        return try await live.reply(to: request, progress: progress)
    }
}
