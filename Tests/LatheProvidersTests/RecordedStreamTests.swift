import Foundation
import LatheVocabulary
import Testing

@testable import LatheProviders

/// Streams that real servers sent, read in every size of piece.
@Suite struct RecordedStreamTests {
    private let endpoint = Endpoint(
        title: "The server", base: URL(fileURLWithPath: "/"), key: nil, keyVariable: "KEY", needsKey: false
    )

    private func read(_ name: String, _ start: some ReplyReading) throws -> (ReceivedReply, String, String) {
        let bytes = try fixture(name)
        var results: Set<ReceivedReply> = []
        var text = ""
        var code = ""
        for size in [1, 7, 64, bytes.count] {
            (text, code) = ("", "")
            var reader = start
            var events = ServerSentEvents()
            for from in stride(from: 0, to: bytes.count, by: size) {
                for event in try events.take(bytes[from..<min(from + size, bytes.count)]) {
                    for step in try reader.take(event) {
                        if case .text(let piece) = step { text += piece }
                        if case .code(let piece) = step { code += piece }
                    }
                }
            }
            results.insert(try reader.finish())
        }
        #expect(results.count == 1)
        return (try #require(results.first), text, code)
    }

    @Test func `llama.cpp's chat stream becomes a reply with its usage`() throws {
        let (reply, text, _) = try read("llama-chat-text.sse", OpenAIReply(endpoint: endpoint))
        let expected = ReceivedReply(
            text: "Hello! How can I assist you today?", stop: .endTurn, usage: Usage(input: 31, output: 10), model: "m"
        )
        #expect(reply == expected)
        #expect(text == expected.text)
    }

    @Test func `llama.cpp's messages stream counts cached tokens beside the input`() throws {
        let (reply, text, _) = try read("llama-messages-text.sse", AnthropicReply(endpoint: endpoint))
        let expected = ReceivedReply(
            text: "Hello! How can I assist you today?", stop: .endTurn,
            usage: Usage(input: 14, output: 10, cacheRead: 3), model: "m"
        )
        #expect(reply == expected)
        #expect(text == expected.text)
    }

    @Test func `a tool call in a messages stream becomes code`() throws {
        let (reply, text, code) = try read("llmock-messages-tool.sse", AnthropicReply(endpoint: endpoint))
        #expect(text == "Let me look.")
        #expect(code == "print(\"café\\n\")\n1 + 1")
        #expect(reply.calls.map(\.code) == [code])
        #expect(reply.stop == .toolUse)
    }

    @Test func `two tool calls in a chat stream become two calls in their order`() throws {
        let (reply, text, code) = try read("llmock-chat-tool.sse", OpenAIReply(endpoint: endpoint))
        #expect(text == "Let me look.")
        #expect(code == "print(\"café\\n\")\n1 + 12")
        #expect(reply.calls.map(\.code) == ["print(\"café\\n\")\n1 + 1", "2"])
        #expect(Set(reply.calls.map(\.id)).count == 2)
        #expect(reply.stop == .toolUse)
        #expect(reply.usage == Usage(input: 1, output: 16))
    }

    @Test func `two tool calls in a responses stream become two calls in their order`() throws {
        let (reply, text, code) = try read("llmock-responses-tool.sse", ResponsesReply(endpoint: endpoint))
        #expect(text == "Let me look.")
        #expect(code == "print(\"café\\n\")\n1 + 12")
        #expect(reply.calls.map(\.code) == ["print(\"café\\n\")\n1 + 1", "2"])
        #expect(Set(reply.calls.map(\.id)).count == 2)
        #expect(reply.stop == .toolUse)
        #expect(reply.usage?.output ?? 0 > 0)
    }

    @Test(arguments: [
        "llama-chat-text.sse", "llmock-chat-tool.sse", "llama-messages-text.sse", "llmock-messages-tool.sse",
        "llmock-responses-tool.sse",
    ])
    func `a stream that is cut before its end is no reply`(name: String) throws {
        let bytes = try fixture(name)
        for share in [0.0, 0.3, 0.6] {
            var events = ServerSentEvents()
            var reader: any ReplyReading =
                switch name {
                case _ where name.contains("chat"): OpenAIReply(endpoint: endpoint)
                case _ where name.contains("responses"): ResponsesReply(endpoint: endpoint)
                default: AnthropicReply(endpoint: endpoint)
                }
            for event in try events.take(bytes.prefix(Int(Double(bytes.count) * share))) { _ = try reader.take(event) }
            #expect(throws: ProviderFailure.self) { try reader.finish() }
        }
    }

    @Test(arguments: [
        ("refusal", StopReason.refusal), ("pause_turn", .other), ("model_context_window_exceeded", .contextFull),
        ("max_tokens", .maxTokens), ("stop_sequence", .stopSequence), ("something_new", .other),
    ])
    func `Anthropic's stop reasons keep their meaning`(reason: String, stop: StopReason) throws {
        var reader = AnthropicReply(endpoint: endpoint)
        let events = [
            #"{"type":"message_start","message":{"model":"x","usage":{"input_tokens":1,"output_tokens":1}}}"#,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"No"}}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"\#(reason)"},"usage":{"output_tokens":7}}"#,
            #"{"type":"message_stop"}"#,
        ]
        for data in events { _ = try reader.take(ServerSentEvent(name: "", data: data)) }
        let reply = try reader.finish()
        #expect(reply.stop == stop)
        #expect(reply.usage == Usage(input: 1, output: 7))
    }

    @Test func `arguments that are not what the tool takes are kept as they came`() {
        let calls = [
            CallUnderWay(id: "1", name: "python", arguments: "{\"code\": 4}").call,
            CallUnderWay(id: "2", name: "shell", arguments: "{\"code\": \"rm\"}").call,
            CallUnderWay(id: "3", name: "python", arguments: "{\"code\": \"a\", \"code\": \"b\"}").call,
        ]
        #expect(calls.map(\.code) == [nil, nil, nil])
        #expect(calls[1].rawArguments == "{\"code\": \"rm\"}")
    }

    @Test func `a reply bound by a schema that is no object comes without its wrapper`() throws {
        var reader = OpenAIReply(endpoint: endpoint, unwrapsReply: true)
        let data = #"{"choices":[{"delta":{"content":"{\"value\": [1, 2]}"},"finish_reason":"stop"}]}"#
        _ = try reader.take(ServerSentEvent(name: "", data: data))
        #expect(try reader.finish().text == "[1,2]")
    }
}
