package import Foundation
package import LatheVocabulary

/// What lathe.json and the user's configuration say about models. Never keys: those come from the environment.
///
/// ```json
/// {
///   "roles": {"default": ["anthropic:claude-sonnet-5-5", "openai:gpt-6.1-sol"], "small": "openai:gpt-6-luna"},
///   "baseURLs": {"anthropic": "https://gateway.example", "openai": "https://gateway.example/v1"},
///   "models": {
///     "openai:gpt-6-luna": {
///       "maxOutputTokens": 4096, "codeForm": "fence", "form": "responses", "grammar": false, "repeatable": true,
///       "price": {
///         "input": 0.1, "output": 0.5, "cacheRead": 0.01, "cacheWrite": 0.125,
///         "above": {"tokens": 272000, "input": 0.2, "output": 0.75, "cacheRead": 0.02, "cacheWrite": 0.25}
///       },
///       "timeouts": {"connect": 10, "firstByte": 120, "idle": 120},
///       "contextWindow": 272000, "parallel": 4,
///       "retries": {"attempts": 5, "firstWait": 1, "longestWait": 30}
///     }
///   }
/// }
/// ```
/// Of a list of models, each takes over where those before it cannot be called. Prices are dollars for a million tokens, timeouts and waits seconds.
package struct ModelConfiguration: Sendable, Hashable {
    /// What may be set for one model; nil keeps the provider's default.
    package struct Settings: Sendable, Hashable {
        /// A ceiling on what a request asks for.
        package var maxOutputTokens: Int?
        package var codeForm: CodeForm?
        /// Which of OpenAI's forms its server is spoken to in; by the model's name where nil.
        package var form: OpenAIForm?
        /// Whether the server takes llama.cpp's `grammar` and `cache_prompt`; found out by asking it where nil.
        package var grammar: Bool?
        /// Asks for the same reply to the same request: temperature 0 and no reuse of a server's cache.
        package var repeatable: Bool?
        package var price: ModelPrice?
        package var timeouts: HTTPTimeouts?
        package var retries: RetryPolicy?
        /// Tokens that the model reads and writes in one call, together.
        package var contextWindow: Int?
        /// The most calls at a time.
        package var parallel: Int?

        package init() {}
    }

    /// The members that this type reads; whatever else a configuration file holds belongs to others.
    package static let keys = ["roles", "baseURLs", "models"]

    /// The models of each role, in the order in which they are called; at least one.
    package var roles: [String: [ModelName]] = [:]
    package var models: [String: Settings] = [:]
    package var anthropicBaseURL: URL?
    package var openAIBaseURL: URL?

    package init() {}

    package init(parsing value: JSONValue) throws(ModelSetupError) {
        for (role, name) in try ConfigurationReader.object(value["roles"], "roles") {
            roles[role] = try Self.chain(name, "roles.\(role)")
        }
        for (name, settings) in try ConfigurationReader.object(value["models"], "models") {
            let parsed = try ModelName(parsing: name)
            models[parsed.description] = try Settings(parsing: settings, at: "models.\(name)")
        }
        for (provider, address) in try ConfigurationReader.object(value["baseURLs"], "baseURLs") {
            let url = try ModelName.serverURL(try ConfigurationReader.text(address, "baseURLs.\(provider)"))
            switch provider {
            case "anthropic": anthropicBaseURL = url
            case "openai": openAIBaseURL = url
            default: throw ConfigurationReader.unknown("baseURLs.\(provider)", ["anthropic", "openai"])
            }
        }
    }

    /// The most models that a role may name.
    package static let longestChain = 8

    private static func chain(_ value: JSONValue, _ path: String) throws(ModelSetupError) -> [ModelName] {
        let names = value.arrayValue ?? [value]
        guard (1...longestChain).contains(names.count) else {
            throw ModelSetupError(
                .badConfiguration, "\(PlainText.line(path)) must name 1 to \(longestChain) models, not \(names.count).")
        }
        var chain: [ModelName] = []
        for (index, name) in names.enumerated() {
            let place = value.arrayValue == nil ? path : "\(path)[\(index)]"
            let parsed = try ModelName(parsing: try ConfigurationReader.text(name, place))
            guard !chain.contains(parsed) else {
                throw ModelSetupError(
                    .badConfiguration, "\(PlainText.line(place)) is \(PlainText.line(parsed.description)) once more.")
            }
            chain.append(parsed)
        }
        return chain
    }

    /// This configuration with `other` laid over it, member by member; settings of one model are replaced whole.
    package func overlaid(by other: ModelConfiguration) -> ModelConfiguration {
        var result = self
        result.roles.merge(other.roles) { _, new in new }
        result.models.merge(other.models) { _, new in new }
        result.anthropicBaseURL = other.anthropicBaseURL ?? anthropicBaseURL
        result.openAIBaseURL = other.openAIBaseURL ?? openAIBaseURL
        return result
    }

    package func settings(for name: ModelName) -> Settings {
        models[name.description] ?? Settings()
    }
}

extension ModelConfiguration.Settings {
    fileprivate init(parsing value: JSONValue, at path: String) throws(ModelSetupError) {
        for (key, member) in try ConfigurationReader.object(value, path) {
            let place = "\(path).\(key)"
            switch key {
            case "maxOutputTokens": maxOutputTokens = try ConfigurationReader.positive(member, place)
            case "codeForm":
                guard let form = CodeForm(rawValue: try ConfigurationReader.text(member, place)) else {
                    throw ModelSetupError(.badConfiguration, "\(PlainText.line(place)) must be “tool” or “fence”.")
                }
                codeForm = form
            case "form":
                guard let known = OpenAIForm(rawValue: try ConfigurationReader.text(member, place)) else {
                    throw ModelSetupError(.badConfiguration, "\(PlainText.line(place)) must be “chat” or “responses”.")
                }
                form = known
            case "grammar": grammar = try ConfigurationReader.flag(member, place)
            case "repeatable": repeatable = try ConfigurationReader.flag(member, place)
            case "price": price = try ModelPrice(parsing: member, at: place)
            case "timeouts": timeouts = try HTTPTimeouts(parsing: member, at: place)
            case "contextWindow": contextWindow = try ConfigurationReader.positive(member, place)
            case "parallel": parallel = try ConfigurationReader.positive(member, place)
            case "retries": retries = try RetryPolicy(parsing: member, at: place)
            default:
                throw ConfigurationReader.unknown(
                    place,
                    [
                        "maxOutputTokens", "codeForm", "form", "grammar", "repeatable", "price", "timeouts", "retries",
                        "contextWindow", "parallel",
                    ]
                )
            }
        }
    }
}
