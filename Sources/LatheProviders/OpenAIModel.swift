package import Foundation
package import LatheVocabulary
import Synchronization

/// A model behind OpenAI's Responses API or chat completions, or behind a server that speaks one of them, streamed.
package final class OpenAIModel: LanguageModel {
    /// Whose server it is, which decides about keys and dialect.
    package enum Server: Sendable, Hashable {
        case openAI
        /// Somebody's own; the key from `LATHE_LOCAL_API_KEY` is sent where there is one.
        case local
        /// Started by Lathe itself, with a key of its own; what it may reply is bound tightly, as a small model needs.
        case embedded
    }

    /// The provider's own address.
    static let officialBase = URL(string: "https://api.openai.com/v1") ?? URL(fileURLWithPath: "/")

    package let name: String
    package let codeForm: CodeForm
    private let model: String
    private let server: Server
    private let call: StreamedCall
    private let price: ModelPrice?
    private let settings: ModelConfiguration.Settings
    private let retries: RetryPolicy
    private let pace: AccountPace
    private let dialect: Mutex<OpenAIDialect>

    /// `price` nil: costs are unknown. `settings.grammar` says whether the server takes llama.cpp's `grammar`.
    package init(
        name: String,
        model: String,
        server: Server,
        base: URL,
        key: String?,
        price: ModelPrice?,
        settings: ModelConfiguration.Settings = .init(),
        retries: RetryPolicy = RetryPolicy(),
        pace: AccountPace = AccountPace()
    ) {
        self.name = name
        self.model = model
        self.server = server
        self.price = price
        self.settings = settings
        self.retries = retries
        self.pace = pace
        codeForm = settings.codeForm ?? (server == .openAI ? .tool : .fence)
        let address = (base.host ?? "") + (base.port.map { ":\($0)" } ?? "")
        let endpoint = Endpoint(
            title: server == .openAI ? "OpenAI" : "The server at \(PlainText.line(address, limit: 100))",
            base: base,
            key: key,
            keyVariable: server == .openAI ? "OPENAI_API_KEY" : "LATHE_LOCAL_API_KEY",
            needsKey: server == .openAI
        )
        var headers: [String: String] = [:]
        if let key { headers["authorization"] = "Bearer " + key }
        call = StreamedCall(
            client: HTTPClient(), endpoint: endpoint, url: endpoint.url("chat/completions"), headers: headers,
            timeouts: settings.timeouts ?? (server == .openAI ? HTTPTimeouts() : .patient)
        )
        dialect = Mutex(
            OpenAIDialect(
                form: settings.form ?? (server == .openAI ? .usual(for: model) : .chat),
                takesCompletionTokens: server == .openAI, takesGrammar: settings.grammar ?? false)
        )
    }

    package var account: String { call.endpoint.account }

    package var parallelCalls: Int? { settings.parallel }

    package var contextWindow: ContextWindow {
        settings.contextWindow.map { ContextWindow($0, .configured) }
            ?? ContextWindows.window(of: model, in: server == .openAI ? ContextWindows.openAI : [:])
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

    /// One attempt; where the server refuses a parameter by name, the same again without it.
    private func attempt(
        _ request: ModelRequest,
        _ progress: @Sendable (ReplyProgress) -> Void
    ) async throws(ProviderFailure) -> ReceivedReply {
        let unwraps = request.codeForm == nil && request.replySchema.map { !ReplySchema.isObject($0) } ?? false
        var rounds = 0
        while true {
            let used = dialect.withLock { $0 }
            do throws(ProviderFailure) {
                switch used.form {
                case .chat:
                    return try await call.reply(
                        to: chatBody(request, used),
                        reading: OpenAIReply(endpoint: call.endpoint, unwrapsReply: unwraps),
                        progress: progress)
                case .responses:
                    var call = call
                    call.url = call.endpoint.url("responses")
                    return try await call.reply(
                        to: responsesBody(request, used),
                        reading: ResponsesReply(endpoint: call.endpoint, unwrapsReply: unwraps), progress: progress)
                }
            } catch {
                var learnt = used
                guard error.code == .badRequest, rounds < 4, learnt.learn(from: error.reason) else {
                    throw explained(error, request)
                }
                rounds += 1
                let next = learnt
                dialect.withLock { $0 = next }
            }
        }
    }

    private func chatBody(_ request: ModelRequest, _ dialect: OpenAIDialect) -> JSONValue {
        OpenAIRequest(
            model: model,
            maxTokens: min(request.maxOutputTokens, settings.maxOutputTokens ?? .max),
            repeatable: settings.repeatable ?? false,
            dialect: dialect,
            isSmall: server == .embedded
        ).body(request)
    }

    private func responsesBody(_ request: ModelRequest, _ dialect: OpenAIDialect) -> JSONValue {
        ResponsesRequest(
            model: model, maxTokens: min(request.maxOutputTokens, settings.maxOutputTokens ?? .max),
            repeatable: (settings.repeatable ?? false) && dialect.takesTemperature
        ).body(request)
    }

    private func explained(_ failure: ProviderFailure, _ request: ModelRequest) -> ProviderFailure {
        guard failure.code == .badRequest, request.codeForm == .tool, failure.reason.contains("tool") else {
            return failure
        }
        var told = failure
        told.reason += " If the model takes no tools, set \"codeForm\": \"fence\" for it in lathe.json."
        return told
    }
}
