import Foundation
import LatheVocabulary
import Testing

@testable import LatheProviders

/// The embedded server with the small weights: a real llama.cpp, asked in both of its wire forms.
///
/// Runs where the weights are installed (`lathe model install qwen2.5-coder-0.5b`), and says so where they are not.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: ModelInstaller(tools: tools).isInstalled(.tiny), "qwen2.5-coder-0.5b is not installed")
)
struct LiveServerTests {
    private func withServer(_ body: (EmbeddedServer) async throws -> Void) async throws {
        let server = EmbeddedServer(.tiny, tools: tools, contextTokens: 2048)
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    @Test func `chat completions, bound to one block of code, are the same every time`() async throws {
        try await withServer { server in
            let model = EmbeddedModel(server)
            let watched = Watched()
            let asked = request("Print the sum of 1 to 10 in Python.", codeForm: .fence, maxOutputTokens: 120)
            let first = try await model.reply(to: asked, progress: watched.progress)
            #expect(first.text.contains("```python\n"))
            #expect(first.text.hasSuffix("\n```"))
            #expect(first.text == watched.text)
            #expect(first.stop == .endTurn)
            #expect(first.usage.input > 10 && first.usage.output > 5 && !first.usage.isEstimated)
            #expect(first.cost == Cost.none)
            #expect(try await model.reply(to: asked) { _ in }.text == first.text)
        }
    }

    @Test func `Anthropic messages stream from a real server`() async throws {
        try await withServer { server in
            let model = AnthropicModel(
                name: "anthropic:local", model: "any", base: try await server.address(), key: server.key, price: nil,
                retries: quick
            )
            let watched = Watched()
            let reply = try await model.reply(to: request(codeForm: .fence), progress: watched.progress)
            #expect(!reply.text.isEmpty)
            #expect(reply.text == watched.text)
            #expect(reply.usage.input + reply.usage.cacheRead > 5)
            #expect([.endTurn, .maxTokens].contains(reply.stop))
        }
    }

    @Test func `a schema binds a real model's reply`() async throws {
        try await withServer { server in
            let schema: JSONValue = ["type": "string", "enum": ["red", "green"]]
            let asked = request("Is grass red or green?", codeForm: nil, schema: schema)
            let reply = try await EmbeddedModel(server).reply(to: asked) { _ in }
            #expect(["\"red\"", "\"green\""].contains(reply.text))
        }
    }

    @Test func `a conversation beyond the context is told as such, and a wrong key as refused`() async throws {
        try await withServer { server in
            let long = request(String(repeating: "hello there ", count: 3000), codeForm: .fence)
            let failed = await failure { try await EmbeddedModel(server).reply(to: long) { _ in } }
            #expect(failed?.code == .contextTooLong)
            let stranger = OpenAIModel(
                name: "local:x", model: "x", server: .local, base: try await server.address(), key: "wrong", price: nil
            )
            let refused = await failure { try await stranger.reply(to: request(codeForm: .fence)) { _ in } }
            #expect(refused?.code == .keyRefused)
        }
    }

    @Test func `a cancelled call leaves the server ready for the next one`() async throws {
        try await withServer { server in
            let model = EmbeddedModel(server)
            _ = try await server.address()
            let long = request("Write a very long story.", codeForm: .fence, maxOutputTokens: 600)
            let call = Task { await failure { try await model.reply(to: long) { _ in } } }
            try await Task.sleep(for: .seconds(1))
            call.cancel()
            #expect(await call.value?.code == .cancelled)
            let next = try await model.reply(to: request("1+1", codeForm: .fence, maxOutputTokens: 40)) { _ in }
            #expect(!next.text.isEmpty)
        }
    }

    @Test func `the server is gone when it is stopped, and comes back when it is needed`() async throws {
        let server = EmbeddedServer(.tiny, tools: tools, contextTokens: 512)
        let first = try await server.address()
        let client = HTTPClient()
        let health = first.deletingLastPathComponent().appendingPathComponent("health")
        #expect(try await client.send("GET", health, timeouts: HTTPTimeouts()).status == 200)
        await server.stop()
        await #expect(throws: ProviderFailure.self) { try await client.send("GET", health, timeouts: HTTPTimeouts()) }
        let second = try await server.address()
        #expect(second != first)
        await server.stop()
    }
}
