import Foundation
import LatheVocabulary
import Testing

@testable import LatheProviders

/// Both providers against a server that fails on purpose.
@Suite(.timeLimit(.minutes(2))) struct FaultTests {
    enum Provider: String, CaseIterable, Sendable { case anthropic, openAI }

    static let key = "sk-secret-0123456789"

    private func model(_ provider: Provider, _ server: StagedServer, timeouts: HTTPTimeouts? = nil) -> any LanguageModel
    {
        var settings = ModelConfiguration.Settings()
        settings.timeouts = timeouts
        return switch provider {
        case .anthropic:
            AnthropicModel(
                name: "anthropic:x", model: "x", base: server.base, key: Self.key, price: nil, settings: settings,
                retries: quick
            )
        case .openAI:
            OpenAIModel(
                name: "openai:x", model: "x", server: .openAI, base: server.base, key: Self.key, price: nil,
                settings: settings, retries: quick
            )
        }
    }

    private func good(_ provider: Provider) throws -> StagedServer.Stage {
        let name = provider == .anthropic ? "llmock-messages-tool.sse" : "llmock-chat-tool.sse"
        return .answer(
            status: 200, headers: ["content-type": "text/event-stream"],
            body: String(decoding: try fixture(name), as: UTF8.self)
        )
    }

    private func half(_ provider: Provider) throws -> String {
        let name = provider == .anthropic ? "llmock-messages-tool.sse" : "llmock-chat-tool.sse"
        let bytes = try fixture(name)
        return String(decoding: bytes.prefix(bytes.count / 2), as: UTF8.self)
    }

    private func error(_ status: Int, _ message: String, headers: [String: String] = [:], type: String = "e")
        -> StagedServer.Stage
    {
        .answer(status: status, headers: headers, body: #"{"error":{"type":"\#(type)","message":"\#(message)"}}"#)
    }

    @Test(arguments: Provider.allCases, [408, 429, 500, 502, 503, 529])
    func `a passing failure is retried and each wait is shown`(provider: Provider, status: Int) async throws {
        let server = try StagedServer([error(status, "later"), error(status, "later"), good(provider)])
        let watched = Watched()
        let reply = try await model(provider, server).reply(to: request(), progress: watched.progress)
        #expect(reply.text == "Let me look.")
        #expect(watched.retries.map(\.attempt) == [2, 3])
        #expect(server.requests.count == 3)
    }

    @Test(arguments: Provider.allCases)
    func `a server that stays overloaded is given up after the bounded attempts`(provider: Provider) async throws {
        let server = try StagedServer([error(529, "overloaded")])
        let failed = await failure { try await model(provider, server).reply(to: request()) { _ in } }
        #expect(failed?.code == .overloaded)
        #expect(failed?.reason.contains("Given up after 3 attempts") == true)
        #expect(server.requests.count == 3)
    }

    @Test(arguments: Provider.allCases)
    func `the wait that a server asks for is kept`(provider: Provider) async throws {
        let server = try StagedServer([error(429, "slow down", headers: ["retry-after": "1"]), good(provider)])
        let watched = Watched()
        let start = ContinuousClock.now
        _ = try await model(provider, server).reply(to: request(), progress: watched.progress)
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(watched.retries.first?.seconds ?? 0 >= 1)
    }

    @Test(arguments: Provider.allCases)
    func `a kept connection that the server drops holds up no call`(provider: Provider) async throws {
        let name = provider == .anthropic ? "llmock-messages-tool.sse" : "llmock-chat-tool.sse"
        let server = try StagedServer([.kept(body: String(decoding: try fixture(name), as: UTF8.self))])
        let model = model(provider, server, timeouts: HTTPTimeouts(connect: 5, firstByte: 5, idle: 5))
        let watched = Watched()
        for _ in 1...3 { _ = try await model.reply(to: request(), progress: watched.progress) }
        #expect(watched.retries.isEmpty)
        #expect(server.requests.count == 3)
    }

    @Test func `a server that asks for an hour is not waited for`() async throws {
        let server = try StagedServer([error(429, "quota", headers: ["retry-after": "3600"])])
        let failed = await failure { try await model(.openAI, server).reply(to: request()) { _ in } }
        #expect(failed?.code == .rateLimited)
        #expect(failed?.reason.contains("3600 s") == true)
        #expect(server.requests.count == 1)
    }

    @Test func `retry-after is read as seconds, as milliseconds and as a date`() {
        let now = Date(timeIntervalSince1970: 1_795_231_544)
        #expect(RetryAfter.seconds(["retry-after": "2.5"]) == 2.5)
        #expect(RetryAfter.seconds(["retry-after-ms": "250", "retry-after": "9"]) == 0.25)
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let date = format.string(from: now.addingTimeInterval(30))
        #expect(RetryAfter.seconds(["retry-after": date], now: now) == 30)
        #expect(RetryAfter.seconds(["retry-after": date, "date": "Thu, 01 Jan 2026 00:00:00 GMT"], now: now) != 30)
        #expect(RetryAfter.seconds(["retry-after": "soon"]) == nil)
        #expect(RetryAfter.seconds(["retry-after": "-4"]) == nil)
    }

    @Test(
        arguments: Provider.allCases,
        [
            (400, ModelError.Code.badRequest), (401, .keyRefused), (402, .billing), (403, .keyRefused),
            (404, .badRequest),
        ])
    func `a lasting failure is never retried`(provider: Provider, expected: (Int, ModelError.Code)) async throws {
        let server = try StagedServer([error(expected.0, "no: \(Self.key) \\u001b[31m")])
        let failed = await failure { try await model(provider, server).reply(to: request()) { _ in } }
        #expect(failed?.code == expected.1)
        #expect(failed?.reason.contains(Self.key) == false)
        #expect(failed?.reason.contains("\u{1b}") == false)
        #expect(server.requests.count == 1)
        if expected.0 == 401 { #expect(failed?.reason.contains("_API_KEY") == true) }
    }

    @Test(arguments: Provider.allCases)
    func `an exhausted account is told as such even where it looks like a rate limit`(provider: Provider) async throws {
        let server = try StagedServer([error(429, "You exceeded your quota", type: "insufficient_quota")])
        let failed = await failure { try await model(provider, server).reply(to: request()) { _ in } }
        #expect(failed?.code == .billing)
        #expect(server.requests.count == 1)
    }

    @Test(arguments: Provider.allCases)
    func `a conversation that is too long is told as such`(provider: Provider) async throws {
        let message = "prompt is too long: 210000 tokens, exceeds the available context size"
        let server = try StagedServer([error(400, message)])
        let failed = await failure { try await model(provider, server).reply(to: request()) { _ in } }
        #expect(failed?.code == .contextTooLong)
    }

    @Test(arguments: Provider.allCases)
    func `half a stream, garbage and an empty stream are retried`(provider: Provider) async throws {
        let events = ["content-type": "text/event-stream"]
        let server = try StagedServer([
            .half(half(provider)), .answer(status: 200, headers: events, body: "data: {not json\n\n"), good(provider),
        ])
        let watched = Watched()
        let reply = try await model(provider, server).reply(to: request(), progress: watched.progress)
        #expect(reply.calls.isEmpty == false)
        #expect(watched.retries.count == 2)
        let empty = try StagedServer([.answer(status: 200, headers: events, body: ""), good(provider)])
        #expect(try await model(provider, empty).reply(to: request()) { _ in }.text == "Let me look.")
    }

    @Test func `a model that takes tools in the newer form only is asked in it, and from then on`() async throws {
        let events = ["content-type": "text/event-stream"]
        let stream = String(decoding: try fixture("llmock-responses-tool.sse"), as: UTF8.self)
        let server = try StagedServer([
            error(
                400,
                "Function tools with reasoning_effort are not supported in /v1/chat/completions. Please use /v1/responses instead."
            ), .answer(status: 200, headers: events, body: stream),
        ])
        let model = model(.openAI, server)
        for _ in 1...2 { #expect(try await model.reply(to: request()) { _ in }.calls.count == 2) }
        #expect(
            server.requestHeads.map { $0.split(separator: " ")[1] } == [
                "/v1/chat/completions", "/v1/responses", "/v1/responses",
            ])
    }

    @Test func `a model that refuses forced tools and temperatures is asked without`() async throws {
        let events = ["content-type": "text/event-stream"]
        let text = String(decoding: try fixture("llama-messages-text.sse"), as: UTF8.self)
        let server = try StagedServer([
            error(400, "tool_choice: forced tool use is not supported for this model."),
            error(400, "temperature: non-default values are not supported for this model."),
            .answer(status: 200, headers: events, body: text),
        ])
        var settings = ModelConfiguration.Settings()
        settings.repeatable = true
        let model = AnthropicModel(
            name: "anthropic:x", model: "x", base: server.base, key: Self.key, price: nil, settings: settings,
            retries: quick)
        let asked = request(codeForm: nil, schema: ["type": "integer"])
        for _ in 1...2 { #expect(try await model.reply(to: asked) { _ in }.text.hasPrefix("Hello")) }
        let bodies = try server.requests.map { try JSONValue(parsing: $0) }
        #expect(bodies.map { $0["tool_choice"] != nil } == [true, false, false, false])
        #expect(bodies.map { $0["output_config"] != nil } == [false, true, true, true])
        #expect(bodies.map { $0["temperature"] != nil } == [true, true, false, false])
    }

    @Test(arguments: [
        (
            #"{"type":"response.failed","response":{"error":{"code":"server_error","message":"sorry"}}}"#,
            ModelError.Code.overloaded
        ),
        (#"{"type":"error","code":"rate_limit_exceeded","message":"slow down"}"#, .rateLimited),
        (#"{"type":"error","code":"context_length_exceeded","message":"too long"}"#, .contextTooLong),
        (#"{"type":"error","code":"insufficient_quota","message":"pay"}"#, .billing),
    ])
    func `a responses stream that fails says why`(data: String, code: ModelError.Code) async throws {
        let server = try StagedServer([
            .answer(status: 200, headers: ["content-type": "text/event-stream"], body: "data: \(data)\n\n")
        ])
        var settings = ModelConfiguration.Settings()
        settings.form = .responses
        let model = OpenAIModel(
            name: "openai:x", model: "x", server: .openAI, base: server.base, key: Self.key, price: nil,
            settings: settings, retries: quick)
        let failed = await failure { try await model.reply(to: request()) { _ in } }
        #expect(failed?.code == code)
    }

    @Test func `a responses reply that ran out of tokens keeps its text and drops the half call`() async throws {
        let stream = """
            data: {"type":"response.output_text.delta","output_index":0,"delta":"I count"}

            data: {"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","call_id":"c","name":"python","arguments":""}}

            data: {"type":"response.function_call_arguments.delta","output_index":1,"delta":"{\\"code\\": \\"len("}

            data: {"type":"response.incomplete","response":{"model":"m","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":5},"output_tokens":7}}}


            """
        let server = try StagedServer([
            .answer(status: 200, headers: ["content-type": "text/event-stream"], body: stream)
        ])
        var settings = ModelConfiguration.Settings()
        settings.form = .responses
        let model = OpenAIModel(
            name: "openai:x", model: "x", server: .openAI, base: server.base, key: Self.key, price: nil,
            settings: settings, retries: quick)
        let reply = try await model.reply(to: request()) { _ in }
        #expect(reply.text == "I count")
        #expect(reply.calls.isEmpty)
        #expect(reply.stop == .maxTokens)
        #expect(reply.usage == Usage(input: 3, output: 7, cacheRead: 4, cacheWrite: 5))
    }

    @Test(arguments: Provider.allCases)
    func `a server that is silent is left in time`(provider: Provider) async throws {
        let limits = HTTPTimeouts(connect: 0.2, firstByte: 0.2, idle: 0.2)
        let server = try StagedServer([.hang, .stall(half(provider)), good(provider)])
        let reply = try await model(provider, server, timeouts: limits).reply(to: request()) { _ in }
        #expect(reply.text == "Let me look.")
    }

    @Test(arguments: Provider.allCases)
    func `a stream that cannot be read is dropped at once`(provider: Provider) async throws {
        let server = try StagedServer([.stall("data: {not json\n\n"), good(provider)])
        _ = try await model(provider, server).reply(to: request()) { _ in }
        for _ in 0..<1_500 where server.dropped == 0 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(server.dropped == 1)
    }

    @Test(arguments: Provider.allCases)
    func `a refused connection is told as unreachable`(provider: Provider) async throws {
        let gone = try StagedServer([.hang]).base
        let model = OpenAIModel(
            name: "openai:x", model: "x", server: .local, base: gone, key: nil, price: nil, retries: quick
        )
        let failed = await failure { try await model.reply(to: request()) { _ in } }
        #expect(failed?.code == .unreachable)
    }

    @Test(arguments: Provider.allCases)
    func `cancelling ends a call at once, while it hangs and while it waits`(provider: Provider) async throws {
        for stage in [
            StagedServer.Stage.hang, .stall(try half(provider)), error(429, "x", headers: ["retry-after": "60"]),
        ] {
            let server = try StagedServer([stage])
            let model = model(provider, server)
            let call = Task { await failure { try await model.reply(to: request()) { _ in } } }
            try await Task.sleep(for: .milliseconds(300))
            call.cancel()
            // Left alone, it would end as something else.
            #expect(await call.value?.code == .cancelled)
        }
    }

    @Test func `a missing key is said before anything is sent`() async throws {
        let server = try StagedServer([.hang])
        let model = AnthropicModel(name: "anthropic:x", model: "x", base: server.base, key: nil, price: nil)
        let failed = await failure { try await model.reply(to: request()) { _ in } }
        #expect(failed == ModelError(.keyMissing, "Anthropic needs a key: set ANTHROPIC_API_KEY in the environment."))
        #expect(server.requests.isEmpty)
    }

    @Test func `a redirect is not followed, so that a key stays where it belongs`() async throws {
        let other = try StagedServer([good(.openAI)])
        let server = try StagedServer([
            .answer(status: 307, headers: ["location": other.base.absoluteString + "/chat/completions"], body: "")
        ])
        let failed = await failure { try await model(.openAI, server).reply(to: request()) { _ in } }
        #expect(failed?.code == .badReply)
        #expect(other.requests.isEmpty)
    }

    @Test func `a server that wants the older names of parameters is spoken to in its way`() async throws {
        let server = try StagedServer([
            error(400, "Unsupported parameter: 'max_completion_tokens'"),
            error(400, "unknown field stream_options"), good(.openAI),
        ])
        let reply = try await model(.openAI, server).reply(to: request()) { _ in }
        #expect(reply.text == "Let me look.")
        let last = try JSONValue(parsing: try #require(server.requests.last))
        #expect(last["max_tokens"] == 64)
        #expect(last["max_completion_tokens"] == nil)
        #expect(last["stream_options"] == nil)
    }

    @Test func `usage that a server does not report is estimated and marked`() async throws {
        let body = #"data: {"choices":[{"delta":{"content":"Hello there"},"finish_reason":"stop"}]}"# + "\n\n"
        let server = try StagedServer([.answer(status: 200, headers: ["content-type": "text/event-stream"], body: body)]
        )
        let reply = try await model(.openAI, server).reply(to: request()) { _ in }
        #expect(reply.usage == Usage(input: 4, output: 3, isEstimated: true))
        #expect(reply.cost == .unknown)
    }
}
