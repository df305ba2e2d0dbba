import Foundation
package import LatheVocabulary

/// Makes the models that a user's configuration and environment name, and owns the embedded model's servers.
///
/// Models of one catalogue share its embedded servers: call `shutDown` when the program ends.
package struct ModelCatalogue: Sendable {
    /// A model and, where nobody named it, one sentence that says how it was chosen.
    package struct Choice: Sendable {
        package var model: any LanguageModel
        package var notice: String?
        /// Its position in the role's chain.
        package var position = 0
        /// The models before it, which cannot be used, each with the reason.
        package var passedOver: [String] = []

        package init(model: any LanguageModel, notice: String?) {
            self.model = model
            self.notice = notice
        }
    }

    package let configuration: ModelConfiguration
    private let environment: [String: String]
    private let tools: ToolPaths
    private let ports: [Int]
    private let embedded: EmbeddedServers
    private let paces = AccountPaces()

    /// `environment` gives the keys and base addresses; nothing else is read from it.
    package init(
        configuration: ModelConfiguration,
        environment: [String: String],
        tools: ToolPaths,
        searchedPorts: [Int] = LocalServer.usualPorts
    ) {
        self.configuration = configuration
        self.environment = environment
        self.tools = tools
        ports = searchedPorts
        embedded = EmbeddedServers(tools: tools)
    }

    /// The model of a role such as `small`: the first of its chain that has its key or its weights. A role that is not configured is
    /// played by the default model.
    package func model(role: String) async throws(ModelSetupError) -> Choice {
        guard let chain = configuration.roles[role] ?? configuration.roles["default"] else {
            return try await unconfigured()
        }
        var (passedOver, first): ([String], ModelSetupError?) = ([], nil)
        for (position, name) in chain.enumerated() {
            do throws(ModelSetupError) {
                var choice = Choice(model: try await model(name), notice: nil)
                (choice.position, choice.passedOver) = (position, passedOver)
                return choice
            } catch {
                guard chain.count > 1, error.canBeSteppedRound else { throw error }
                first = first ?? error
                passedOver.append("\(name): \(error.reason)")
            }
        }
        throw ModelSetupError(
            first?.code ?? .noModel, "No model of the role \(role) can be used. \(passedOver.joined(separator: " "))")
    }

    /// The beginning of a role's chain that cannot be used, each with the reason, and the model that is used in its place; nil where
    /// the first can be, as far as that is known without asking a server, or where none is left.
    package func passedOver(role: String) -> (models: [String], used: ModelName)? {
        var models: [String] = []
        for name in configuration.roles[role] ?? [] {
            guard let error = obstacle(to: name), error.canBeSteppedRound else {
                return models.isEmpty ? nil : (models, name)
            }
            models.append("\(name): \(error.reason)")
        }
        return nil
    }

    private func obstacle(to name: ModelName) -> ModelSetupError? {
        do throws(ModelSetupError) {
            switch name {
            case .anthropic(let model): _ = try anthropic(model, name, configuration.settings(for: name))
            case .openAI(let model): _ = try openAI(model, name, configuration.settings(for: name))
            case .embedded(let weights): try checkInstalled(weights)
            case .local, .replay: break
            }
            return nil
        } catch {
            return error
        }
    }

    private func checkInstalled(_ weights: EmbeddedWeights) throws(ModelSetupError) {
        guard ModelInstaller(tools: tools).isInstalled(weights) else {
            throw ModelSetupError(
                .notInstalled,
                "\(weights.title) is not installed: run lathe model install \(weights.name) "
                    + "(\(weights.bytes / 1_000_000) MB)."
            )
        }
    }

    package func model(_ name: ModelName) async throws(ModelSetupError) -> any LanguageModel {
        let settings = configuration.settings(for: name)
        switch name {
        case .anthropic(let model): return try anthropic(model, name, settings)
        case .openAI(let model): return try openAI(model, name, settings)
        case .local(let model, let base): return try await local(model, base, name, settings)
        case .embedded(let weights):
            try checkInstalled(weights)
            return EmbeddedModel(await embedded.server(weights), settings: settings)
        case .replay(let path):
            return ReplayModel(try Recording(path: path), name: name.description, codeForm: settings.codeForm)
        }
    }

    /// Ends the embedded servers, if any runs.
    package func shutDown() async {
        await embedded.stop()
    }

    private func anthropic(
        _ model: String, _ name: ModelName, _ settings: ModelConfiguration.Settings
    ) throws(ModelSetupError) -> any LanguageModel {
        let own = try address("ANTHROPIC_BASE_URL", configuration.anthropicBaseURL)
        var base = own ?? AnthropicModel.officialBase
        // This variable names the address without the version by custom, also where it has a path.
        if base.lastPathComponent != "v1" { base.appendPathComponent("v1") }
        // Another address may charge what it likes: the list prices are the provider's own.
        let price = settings.price ?? (own == nil ? PriceList.price(of: model, in: PriceList.anthropic) : nil)
        return AnthropicModel(
            name: name.description, model: model, base: base,
            key: try key("ANTHROPIC_API_KEY", neededBy: "Anthropic"), price: price, settings: settings,
            retries: settings.retries ?? RetryPolicy(), pace: paces.pace(of: base.absoluteString)
        )
    }

    private func openAI(
        _ model: String, _ name: ModelName, _ settings: ModelConfiguration.Settings
    ) throws(ModelSetupError) -> any LanguageModel {
        let own = try address("OPENAI_BASE_URL", configuration.openAIBaseURL)
        let base = own ?? OpenAIModel.officialBase
        let price = settings.price ?? (own == nil ? PriceList.price(of: model, in: PriceList.openAI) : nil)
        return OpenAIModel(
            name: name.description, model: model, server: .openAI,
            base: base,
            key: try key("OPENAI_API_KEY", neededBy: "OpenAI"), price: price, settings: settings,
            retries: settings.retries ?? RetryPolicy(), pace: paces.pace(of: base.absoluteString)
        )
    }

    private func local(
        _ model: String, _ base: URL, _ name: ModelName, _ settings: ModelConfiguration.Settings
    ) async throws(ModelSetupError) -> any LanguageModel {
        var own = settings
        let key = try key("LATHE_LOCAL_API_KEY")
        if own.grammar == nil || own.contextWindow == nil {
            let told = await LocalServer.properties(at: base, HTTPClient(), key: key, seconds: 2)
            own.grammar = own.grammar ?? (told != nil)
            own.contextWindow = own.contextWindow ?? told?["n_ctx"]?.integerValue.flatMap { $0 > 0 ? $0 : nil }
        }
        return OpenAIModel(
            name: name.description, model: model, server: .local, base: base, key: key,
            price: settings.price ?? .free, settings: own, retries: settings.retries ?? RetryPolicy(),
            pace: paces.pace(of: base.absoluteString)
        )
    }

    private func unconfigured() async throws(ModelSetupError) -> Choice {
        if let server = await LocalServer.search(ports: ports).first, let first = server.models.first {
            let name = ModelName.local(first, server.base)
            let model = try await self.model(name)
            return Choice(
                model: model,
                notice: "No model is configured: using \(PlainText.line(first, limit: 100)), which a server on this "
                    + "machine offers (\(server.base.absoluteString))."
            )
        }
        if ModelInstaller(tools: tools).isInstalled(.standard) {
            return Choice(
                model: try await model(.embedded(.standard)),
                notice: "No model is configured: using the embedded \(EmbeddedWeights.standard.title), "
                    + "which is small and for simple questions about one table."
            )
        }
        throw ModelSetupError(.noModel, Self.waysToGetAModel)
    }

    /// What to do where there is no model at all.
    package static let waysToGetAModel = """
        No model is configured, and no local server answered. Ways to get one:
          lathe model install            the embedded model (1.1 GB, no key, for simple questions)
          --model anthropic:NAME         with ANTHROPIC_API_KEY in the environment
          --model openai:NAME            with OPENAI_API_KEY in the environment
          --model local:NAME@URL         a server that speaks chat completions: Ollama, llama.cpp, vLLM, LM Studio
        A project's model is set in lathe.json: {"roles": {"default": "anthropic:NAME"}}
        """

    /// A key, where it is needed or there. Asked for before anything else happens, so that no session is left behind.
    private func key(_ variable: String, neededBy title: String? = nil) throws(ModelSetupError) -> String? {
        let text = (environment[variable] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        if text.isEmpty, let title {
            throw ModelSetupError(.noKey, "\(title) needs a key: set \(variable) in the environment.")
        }
        guard text.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else {
            throw ModelSetupError(
                .noKey, "\(variable) holds spaces, line breaks or other characters that no key has: copy the key again."
            )
        }
        return text.isEmpty ? nil : text
    }

    /// The address that the environment gives, else the configured one.
    private func address(_ variable: String, _ configured: URL?) throws(ModelSetupError) -> URL? {
        guard let text = environment[variable], !text.isEmpty else { return configured }
        do throws(ModelSetupError) {
            return try ModelName.serverURL(text)
        } catch {
            throw ModelSetupError(.badConfiguration, "\(variable): \(error.reason)")
        }
    }
}

/// The embedded servers of one catalogue, one for each file of weights.
private actor EmbeddedServers {
    private let tools: ToolPaths
    private var servers: [EmbeddedWeights: EmbeddedServer] = [:]

    init(tools: ToolPaths) {
        self.tools = tools
    }

    func server(_ weights: EmbeddedWeights) -> EmbeddedServer {
        if let server = servers[weights] { return server }
        let server = EmbeddedServer(weights, tools: tools)
        servers[weights] = server
        return server
    }

    func stop() async {
        for server in servers.values { await server.stop() }
    }
}
