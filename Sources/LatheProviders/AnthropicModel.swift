package import Foundation
package import LatheVocabulary
import Synchronization

/// A model behind Anthropic's Messages API, streamed.
package final class AnthropicModel: LanguageModel {
    /// The provider's own address.
    static let officialBase = URL(string: "https://api.anthropic.com/v1") ?? URL(fileURLWithPath: "/")

    package let name: String
    package let codeForm: CodeForm
    private let model: String
    private let call: StreamedCall
    private let price: ModelPrice?
    private let settings: ModelConfiguration.Settings
    private let retries: RetryPolicy
    private let pace: AccountPace
    private let dialect = Mutex(AnthropicDialect())

    /// `key` nil leads to `.keyMissing` at the first call, not here. `price` nil: costs are unknown.
    package init(
        name: String,
        model: String,
        base: URL,
        key: String?,
        price: ModelPrice?,
        settings: ModelConfiguration.Settings = .init(),
        retries: RetryPolicy = RetryPolicy(),
        pace: AccountPace = AccountPace()
    ) {
        self.name = name
        self.model = model
        self.price = price
        self.settings = settings
        self.retries = retries
        self.pace = pace
        codeForm = settings.codeForm ?? .tool
        let endpoint = Endpoint(
            title: "Anthropic", base: base, key: key, keyVariable: "ANTHROPIC_API_KEY", needsKey: true
        )
        var headers = ["anthropic-version": "2023-06-01"]
        headers["x-api-key"] = key
        call = StreamedCall(
            client: HTTPClient(), endpoint: endpoint, url: endpoint.url("messages"), headers: headers,
            timeouts: settings.timeouts ?? HTTPTimeouts()
        )
    }

    package var account: String { call.endpoint.account }

    package var parallelCalls: Int? { settings.parallel }

    package var contextWindow: ContextWindow {
        settings.contextWindow.map { ContextWindow($0, .configured) }
            ?? ContextWindows.window(of: model, in: ContextWindows.anthropic)
    }

    package func worstCost(inputTokens: Int, outputTokens: Int) -> Cost {
        price.worstCost(inputTokens: inputTokens, outputTokens: outputTokens)
    }

    package func cost(of usage: Usage) -> Cost { price?.cost(of: usage) ?? .unknown }

    package func reply(
        to request: ModelRequest,
        progress: @escaping @Sendable (ReplyProgress) -> Void
    ) async throws(ModelError) -> ModelReply {
        try call.endpoint.checkKey()
        let received = try await retries.run(at: pace, progress: progress) { () async throws(ProviderFailure) in
            try await self.attempt(request, progress)
        }
        return ModelReply(received, request: request, price: price, model: model)
    }
    /// One attempt; where the model refuses a way of asking by name, the same again in another.
    private func attempt(
        _ request: ModelRequest, _ progress: @Sendable (ReplyProgress) -> Void
    ) async throws(ProviderFailure) -> ReceivedReply {
        let schema = request.codeForm == nil ? request.replySchema : nil
        let unwraps = schema.map { !ReplySchema.isObject($0) } ?? false
        var rounds = 0
        while true {
            let used = dialect.withLock { $0 }
            let body = AnthropicRequest.body(
                request, model: model, maxTokens: min(request.maxOutputTokens, settings.maxOutputTokens ?? .max),
                repeatable: settings.repeatable ?? false, dialect: used)
            let reader = AnthropicReply(
                endpoint: call.endpoint, replyTool: schema == nil ? nil : AnthropicRequest.replyTool,
                unwrapsReply: unwraps)
            do throws(ProviderFailure) {
                return try await call.reply(to: body, reading: reader, progress: progress)
            } catch {
                var learnt = used
                guard error.code == .badRequest, rounds < 3, learnt.learn(from: error.reason) else { throw error }
                rounds += 1
                let next = learnt
                dialect.withLock { $0 = next }
            }
        }
    }
}
