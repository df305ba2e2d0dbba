import Foundation
import LatheVocabulary
import Testing

@testable import LatheProviders

@Suite struct ModelChoiceTests {
    @Test(arguments: [
        ("anthropic:claude-sonnet-4-5", "anthropic:claude-sonnet-4-5"), ("openai:gpt-5:x", "openai:gpt-5:x"),
        ("local:qwen@127.0.0.1:11434", "local:qwen@http://127.0.0.1:11434/v1"),
        ("local:a@b@https://host/api/v1/", "local:a@b@https://host/api/v1"), ("embedded", "embedded"),
        ("embedded:qwen2.5-coder-0.5b", "embedded:qwen2.5-coder-0.5b"), ("replay:/a/b.jsonl", "replay:/a/b.jsonl"),
    ])
    func `a model's name is understood`(text: String, written: String) throws {
        #expect(try ModelName(parsing: text).description == written)
        #expect(try ModelName(parsing: written).description == written)
    }

    @Test(arguments: [
        "", "gpt-5", "anthropic:", "local:qwen", "local:@http://a", "local:x@ftp://a", "local:x@http://u:p@a",
        "embedded:huge",
        "replay:", "mistral:x", "\u{1b}[31m:x",
    ])
    func `what is no model's name is refused with the ways to write one`(text: String) throws {
        let error = #expect(throws: ModelSetupError.self) { try ModelName(parsing: text) }
        #expect(error?.code == .badName)
        #expect(error?.reason.contains("\u{1b}") == false)
    }

    @Test func `a configuration is read whole`() throws {
        let text = """
            {"roles": {"default": ["anthropic:claude-sonnet-4-5", "openai:gpt-5"], "small": "embedded"},
             "baseURLs": {"openai": "https://gateway.example"},
             "models": {"embedded": {"maxOutputTokens": 99, "codeForm": "tool", "repeatable": false, "grammar": false,
               "price": {"input": 1, "output": 2.5}, "timeouts": {"idle": 7},
               "contextWindow": 16384, "parallel": 3, "retries": {"attempts": 2, "firstWait": 0.5}}}}
            """
        let configuration = try ModelConfiguration(parsing: try JSONValue(parsing: text))
        let settings = configuration.settings(for: .embedded(.standard))
        #expect(configuration.roles["small"] == [.embedded(.standard)])
        #expect(configuration.roles["default"]?.map(\.description) == ["anthropic:claude-sonnet-4-5", "openai:gpt-5"])
        #expect(settings.parallel == 3)
        #expect(configuration.openAIBaseURL?.absoluteString == "https://gateway.example/v1")
        #expect(settings.maxOutputTokens == 99)
        #expect(settings.codeForm == .tool)
        #expect(settings.price == ModelPrice(input: 1, output: 2.5))
        #expect(settings.timeouts?.idle == 7)
        #expect(settings.contextWindow == 16_384)
        #expect(settings.retries == RetryPolicy(attempts: 2, firstWait: 0.5))
    }

    @Test(arguments: [
        #"{"roles": []}"#, #"{"roles": {"default": []}}"#, #"{"roles": {"default": ["embedded", "embedded"]}}"#,
        #"{"roles": {"default": "x"}}"#, #"{"models": {"embedded": {"colour": 1}}}"#,
        #"{"models": {"embedded": {"price": {"input": 1}}}}"#, #"{"models": {"embedded": {"maxOutputTokens": 0}}}"#,
        #"{"models": {"embedded": {"contextWindow": 0}}}"#, #"{"models": {"embedded": {"retries": {"often": 1}}}}"#,
        #"{"baseURLs": {"google": "https://x"}}"#, #"{"models": {"embedded": {"timeouts": {"idle": 0}}}}"#,
    ])
    func `a mistake in a configuration is refused by name`(text: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(throws: ModelSetupError.self) { try ModelConfiguration(parsing: value) }
    }

    @Test func `a window is known by the model's name, also with a date, else assumed`() {
        let known = ContextWindows.window(of: "claude-sonnet-4-5-20250929", in: ContextWindows.anthropic)
        #expect(known == ContextWindow(200_000, .known))
        #expect(ContextWindows.window(of: "gpt-1", in: ContextWindows.openAI) == .assumed)
    }

    @Test func `costs are exact sums of the parts and unknown where no price is`() {
        let price = PriceList.price(of: "claude-sonnet-4-5-20250929", in: PriceList.anthropic)
        let usage = Usage(input: 1000, output: 100, cacheRead: 10_000, cacheWrite: 2000)
        #expect(price?.cost(of: usage) == .microdollars(3000 + 1500 + 3000 + 7500))
        #expect(PriceList.price(of: "claude-next", in: PriceList.anthropic) == nil)
        #expect(ModelPrice(input: 0.05, output: 0.4).cost(of: Usage(input: 1)) == .microdollars(1))
        #expect(ModelPrice(input: 15, output: 75).cost(of: Usage(input: .max)) == .unknown)
    }

    @Test func `a prompt above a price's mark is charged whole at the higher rates, cached tokens counted`() {
        let price = ModelPrice(input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5)
            .above(1_000, .init(input: 4, output: 15, cacheRead: 0.2, cacheWrite: 5))
        #expect(price.cost(of: Usage(input: 400, output: 100, cacheRead: 600)) == .microdollars(1_860))
        #expect(price.cost(of: Usage(input: 401, output: 100, cacheRead: 600)) == .microdollars(3_224))
        #expect(price.cost(of: Usage(input: .max, cacheRead: 1)) == .unknown)
        // The worst case of a prompt: all of it newly cached, at the rates of its length.
        #expect(Optional(price).worstCost(inputTokens: 1_000, outputTokens: 100) == .microdollars(3_500))
        #expect(Optional(price).worstCost(inputTokens: 1_001, outputTokens: 100) == .microdollars(6_505))
    }

    @Test func `prices above a mark are read, and what lacks is told`() throws {
        let text =
            #"{"models": {"openai:x": {"form": "responses", "price": {"input": 1, "output": 2, "above": {"tokens": 9, "input": 2, "output": 3}}}}}"#
        let settings = try ModelConfiguration(parsing: JSONValue(parsing: text)).settings(
            for: ModelName(parsing: "openai:x"))
        #expect(settings.form == .responses)
        #expect(settings.price == ModelPrice(input: 1, output: 2).above(9, .init(input: 2, output: 3)))
        for (part, reason) in [
            (#""above": {"input": 2, "output": 3}"#, "above needs tokens"),
            (#""above": {"tokens": 9, "output": 3}"#, "above needs both input and output"),
            (#""abuv": {}"#, "is no setting of models. Known here: input, output, cacheRead, cacheWrite, above"),
        ] {
            let bad = #"{"models": {"openai:x": {"price": {"input": 1, "output": 2, "# + part + "}}}}"
            let error = #expect(throws: ModelSetupError.self) {
                try ModelConfiguration(parsing: JSONValue(parsing: bad))
            }
            #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
        }
    }

    @Test func `every list price is complete and no cached token costs more than a new one`() {
        for (name, price) in PriceList.anthropic.merging(PriceList.openAI, uniquingKeysWith: { old, _ in old }) {
            for rates in [price.rates, price.longPrompt?.rates ?? price.rates] {
                #expect(rates.output > rates.input && rates.input > rates.cacheRead, "\(name)")
                #expect(rates.cacheWrite >= rates.input, "\(name)")
            }
        }
        #expect(PriceList.price(of: "gpt-6.1-sol-2026-09-29", in: PriceList.openAI) != nil)
    }

    private func catalogue(
        _ text: String = "{}", environment: [String: String] = [:], ports: [Int] = []
    ) throws -> ModelCatalogue {
        ModelCatalogue(
            configuration: try ModelConfiguration(parsing: try JSONValue(parsing: text)),
            environment: environment,
            tools: ToolPaths(python: tools.python, scripts: tools.scripts, models: "/nonexistent"),
            searchedPorts: ports
        )
    }

    @Test func `with no model at all the ways to get one are told`() async throws {
        let catalogue = try catalogue()
        let error = await #expect(throws: ModelSetupError.self) { try await catalogue.model(role: "default") }
        #expect(error?.code == .noModel)
        #expect(error?.reason.contains("lathe model install") == true)
    }

    @Test func `a server on a usual port is found and named`() async throws {
        let list = StagedServer.Stage.answer(status: 200, body: #"{"data": [{"id": "qwen3"}]}"#)
        let server = try StagedServer([list, .answer(status: 200, body: #"{"default_generation_settings": {}}"#)])
        let port = try #require(server.base.port)
        let choice = try await catalogue(ports: [port]).model(role: "small")
        #expect(choice.model.name == "local:qwen3@http://127.0.0.1:\(port)/v1")
        #expect(choice.model.codeForm == .fence)
        #expect(choice.notice?.contains("qwen3") == true)
    }

    @Test func `a role that is not configured is played by the default model`() async throws {
        let catalogue = try catalogue(#"{"roles": {"default": "openai:gpt-5"}}"#, environment: ["OPENAI_API_KEY": "k"])
        let choice = try await catalogue.model(role: "small")
        #expect(choice.model.name == "openai:gpt-5")
        #expect(choice.notice == nil)
    }

    @Test func `a model without its key or weights is passed over for the next of its chain`() async throws {
        let roles = #"{"roles": {"default": ["anthropic:a", "embedded", "openai:gpt-5"], "small": "embedded"}}"#
        let catalogue = try catalogue(roles, environment: ["OPENAI_API_KEY": "k"])
        let choice = try await catalogue.model(role: "default")
        #expect(choice.model.name == "openai:gpt-5" && choice.position == 2)
        #expect(choice.passedOver.map { $0.prefix(13) } == ["anthropic:a: ", "embedded: Qwe"])
        #expect(choice.passedOver.first?.contains("set ANTHROPIC_API_KEY") == true)
        let foreseen = try #require(catalogue.passedOver(role: "default"))
        #expect(foreseen.models == choice.passedOver && foreseen.used.description == "openai:gpt-5")
        #expect(catalogue.passedOver(role: "small") == nil)

        // Where none is left, each is told with its reason; a mistake in a setting is no reason to go on.
        let none = await #expect(throws: ModelSetupError.self) {
            try await self.catalogue(roles).model(role: "default")
        }
        #expect(none?.code == .noKey)
        for key in ["ANTHROPIC_API_KEY", "lathe model install", "OPENAI_API_KEY"] {
            #expect(none?.reason.contains(key) == true, "\(none?.reason ?? "")")
        }
        let mistaken = ["OPENAI_API_KEY": "k", "ANTHROPIC_BASE_URL": "ftp://x"]
        let error = await #expect(throws: ModelSetupError.self) {
            try await self.catalogue(roles, environment: mistaken).model(role: "default")
        }
        #expect(error?.code == .badConfiguration)
    }

    @Test func `a key comes from the environment and goes to the address of the environment`() async throws {
        let body = String(decoding: try fixture("llmock-messages-tool.sse"), as: UTF8.self)
        let server = try StagedServer([.answer(status: 200, headers: ["content-type": "text/event-stream"], body: body)]
        )
        let root = server.base.deletingLastPathComponent().absoluteString
        let catalogue = try catalogue(environment: ["ANTHROPIC_API_KEY": " k-1\n", "ANTHROPIC_BASE_URL": root])
        let model = try await catalogue.model(ModelName(parsing: "anthropic:claude-sonnet-4-5"))
        let reply = try await model.reply(to: request()) { _ in }
        #expect(server.requestHeads.first?.hasPrefix("POST /v1/messages ") == true)
        #expect(server.requestHeads.first?.lowercased().contains("x-api-key: k-1\r\n") == true)
        // A price of the provider's list says nothing about another address.
        #expect(reply.cost == .unknown)
    }

    @Test(arguments: [
        ("anthropic:x", [:], "Anthropic needs a key: set ANTHROPIC_API_KEY"),
        ("openai:x", ["OPENAI_API_KEY": " \n"], "OpenAI needs a key: set OPENAI_API_KEY"),
        ("openai:x", ["OPENAI_API_KEY": "sk-1\nHost: elsewhere"], "OPENAI_API_KEY holds spaces, line breaks"),
    ])
    func `a key that is missing or none is told before anything is asked`(
        name: String, environment: [String: String], reason: String
    ) async throws {
        let catalogue = try catalogue("{}", environment: environment)
        let error = await #expect(throws: ModelSetupError.self) { try await catalogue.model(ModelName(parsing: name)) }
        #expect(error?.code == .noKey)
        #expect(error?.reason.hasPrefix(reason) == true)
    }

    @Test func `weights that are not installed are told with the command that installs them`() async throws {
        let catalogue = try catalogue()
        let error = await #expect(throws: ModelSetupError.self) { try await catalogue.model(.embedded(.tiny)) }
        #expect(error?.reason.contains("lathe model install qwen2.5-coder-0.5b") == true)
    }
}
