import Foundation
package import LatheVocabulary

/// The embedded model: small, for simple questions about one table. Its server starts at the first call.
package struct EmbeddedModel: LanguageModel {
    package let name: String
    package let codeForm: CodeForm
    package var isSmall: Bool { true }
    private let server: EmbeddedServer
    private let settings: ModelConfiguration.Settings

    package init(_ server: EmbeddedServer, settings: ModelConfiguration.Settings = .init()) {
        self.server = server
        name = ModelName.embedded(server.weights).description
        codeForm = settings.codeForm ?? .fence
        var own = settings
        own.codeForm = codeForm
        own.grammar = settings.grammar ?? true
        // A small model loses its way at higher temperatures, so it always writes its likeliest reply.
        own.repeatable = settings.repeatable ?? true
        own.maxOutputTokens = settings.maxOutputTokens ?? 768
        self.settings = own
    }

    package var contextWindow: ContextWindow { ContextWindow(EmbeddedServer.context, .known) }

    package func worstCost(inputTokens: Int, outputTokens: Int) -> Cost { .none }

    package func cost(of usage: Usage) -> Cost { .none }

    package func reply(
        to request: ModelRequest,
        progress: @escaping @Sendable (ReplyProgress) -> Void
    ) async throws(ModelError) -> ModelReply {
        let model = OpenAIModel(
            name: name,
            model: server.weights.name,
            server: .embedded,
            base: try await address(),
            key: server.key,
            price: .free,
            settings: settings,
            retries: RetryPolicy(attempts: 3)
        )
        return try await model.reply(to: request, progress: progress)
    }

    private func address() async throws(ModelError) -> URL {
        do throws(ModelSetupError) {
            return try await server.address()
        } catch {
            throw ModelError(error.code.modelCode, error.reason)
        }
    }
}

extension ModelSetupError.Code {
    /// The code of a failed call that this setting-up error leads to.
    package var modelCode: ModelError.Code {
        switch self {
        case .notInstalled, .noModel: .notInstalled
        case .noKey: .keyMissing
        case .cancelled: .cancelled
        case .badName, .badConfiguration, .badRecording: .badRequest
        case .download, .mismatch, .diskFull, .serverFailed: .unreachable
        }
    }
}

extension ModelSetupError {
    /// True where the next model of a chain may be able to do what this one cannot.
    package var canBeSteppedRound: Bool { ModelError(code.modelCode, reason).canBeSteppedRound }
}
