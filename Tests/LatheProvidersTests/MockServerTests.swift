import Foundation
import Glibc
import LatheVocabulary
import Testing

@testable import LatheProviders

/// Somebody else's server that speaks both wire forms, fails on request and judges the client.
///
/// It comes with the development packages (`scripts/setup dev`).
@Suite(
    .serialized, .timeLimit(.minutes(3)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: mockServer), "llmock is not installed: scripts/setup dev")
)
struct MockServerTests {
    private func withServer(_ body: (URL) async throws -> Void) async throws {
        let port = try #require(StagedServer([.hang]).base.port)
        let child = try await ChildProcess.start(
            [mockServer, "serve", "-p", "\(port)", "--log-level", "error", "--stream-chunk-delay-ms", "30"],
            environment: [
                "PATH": "/usr/bin:/bin", "HOME": NSTemporaryDirectory(),
                // A reply takes seconds, so that it is still being sent when a client on a busy machine leaves it.
                "LLMOCK_STREAM_CHUNK_DELAY_MS": "4",
            ], errorFile: "/dev/null"
        )
        do {
            let root = try #require(URL(string: "http://127.0.0.1:\(port)"))
            try await waitUntilReady(root)
            try await body(root)
        } catch {
            await child.stop(grace: 0)
            throw error
        }
        await child.stop(grace: 0)
    }

    private func waitUntilReady(_ root: URL) async throws {
        let limits = HTTPTimeouts(connect: 1, firstByte: 1, idle: 1)
        for _ in 0..<600 {
            let answer = try? await HTTPClient().send("GET", root.appendingPathComponent("health"), timeouts: limits)
            if answer?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("llmock did not become ready")
    }

    private func stage(_ root: URL, _ behaviours: JSONValue) async throws {
        let answer = try await HTTPClient().send(
            "POST", root.appendingPathComponent("_llmock/scenario"), headers: ["content-type": "application/json"],
            body: Array((["behaviors": behaviours] as JSONValue).text.utf8), timeouts: HTTPTimeouts()
        )
        #expect(answer.status == 201)
    }

    private func models(_ root: URL) -> [any LanguageModel] {
        var responses = ModelConfiguration.Settings()
        responses.form = .responses
        return [
            OpenAIModel(
                name: "openai:y", model: "gpt-y", server: .openAI, base: root.appendingPathComponent("v1"), key: "k",
                price: nil, settings: responses, retries: patient
            ),
            OpenAIModel(
                name: "openai:x", model: "gpt-x", server: .openAI, base: root.appendingPathComponent("v1"), key: "k",
                price: nil, retries: patient
            ),
            AnthropicModel(
                name: "anthropic:x", model: "claude-x", base: root.appendingPathComponent("anthropic/v1"), key: "k",
                price: nil, retries: patient
            ),
        ]
    }

    @Test func `tool calls stream, their results are taken and the job ends in text`() async throws {
        try await withServer { root in
            for model in models(root) {
                try await stage(
                    root,
                    [
                        [
                            "type": "reply", "text": "I count.",
                            "tool_calls": [["name": "python", "arguments": ["code": "len(flights)"]]],
                        ]
                    ])
                let watched = Watched()
                var asked = request("How many flights?")
                let first = try await model.reply(to: asked, progress: watched.progress)
                #expect(first.calls.map(\.code) == ["len(flights)"])
                #expect(watched.code == "len(flights)")
                #expect(first.stop == .toolUse)
                let call = try #require(first.calls.first)
                asked.messages += [
                    Message(.assistant, [.text(first.text), .call(id: call.id, code: "len(flights)")]),
                    Message(.user, [.callResult(id: call.id, text: "336776", isError: false)]),
                ]
                asked.state = "<state>flights</state>"
                let second = try await model.reply(to: asked) { _ in }
                #expect(second.calls.isEmpty)
                #expect(!second.text.isEmpty)
            }
        }
    }

    @Test func `a third party finds no fault with how failures are met`() async throws {
        try await withServer { root in
            for model in models(root) {
                let faults: [JSONValue] = [
                    ["type": "fail", "status": 429, "retry_after": 1], ["type": "fail", "status": 529],
                    ["type": "stream_fault", "kind": "disconnect", "after_chunks": 2],
                    ["type": "stream_fault", "kind": "truncate", "after_chunks": 2],
                    ["type": "stream_fault", "kind": "malformed", "after_chunks": 2],
                ]
                for fault in faults {
                    // A reply long enough that the server sees its stream dropped before it has sent it all.
                    let long: JSONValue = .string(String(repeating: "many words ", count: 400))
                    let isStream = fault["type"] == "stream_fault"
                    try await stage(root, isStream ? [["type": "reply", "text": long], fault] : [fault])
                    let watched = Watched()
                    // Each request differs: the judge groups attempts by their bodies.
                    let reply = try await model.reply(
                        to: request("\(model.name) \(fault.text)", codeForm: .fence), progress: watched.progress)
                    #expect(!reply.text.isEmpty)
                    #expect(watched.retries.count == 1)
                }
            }
            let answer = try await HTTPClient().send(
                "GET", root.appendingPathComponent("_llmock/verdict"), timeouts: HTTPTimeouts())
            let verdict = try JSONValue(parsing: try await answer.body(limit: 1 << 20))
            // On a busy machine the server may have sent all of a broken reply before it is dropped, and takes the retry for a
            // new call. That there was a retry is expected above.
            let findings = try #require(verdict["findings"]?.arrayValue).filter {
                $0["code"]?.stringValue != "malformed_chunk_ignored"
            }
            #expect(findings.isEmpty, "\(verdict.text)")
        }
    }
}

let mockServer = packageFolder + "/.venv/bin/llmock"

/// Waits long enough for a server to see that its stream was dropped, so that it can tell a retry from a new call.
private let patient = RetryPolicy(attempts: 3, firstWait: 1)
