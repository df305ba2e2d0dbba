internal import LatheVocabulary

/// What was said and run, as attributes of spans: made only where the user asked for content.
enum SpanContent {
    /// Characters of one text; the journal has the whole.
    static let longestText = 16_000

    static func messages(_ messages: [Message]) -> JSONValue {
        encoded(
            messages.map { message in
                ["role": .string(message.role.rawValue), "parts": .array(message.blocks.map(part))]
            })
    }

    static func reply(_ reply: ModelReply) -> JSONValue {
        var parts: [JSONValue] = reply.text.isEmpty ? [] : [text(reply.text)]
        parts += reply.calls.map { call in
            part(.call(id: call.id, code: call.code ?? call.rawArguments ?? ""))
        }
        return encoded([
            ["role": "assistant", "parts": .array(parts), "finish_reason": .string(reply.stop.conventional)]
        ])
    }

    static func said(_ role: String, _ words: String) -> JSONValue {
        encoded([["role": .string(role), "parts": [text(words)]]])
    }

    static func instructions(_ words: String) -> JSONValue { encoded([text(words)]) }

    static func code(_ code: String) -> JSONValue { .string(JSONValue.object(["code": .string(cut(code))]).text) }

    static func result(_ result: CellResult) -> JSONValue {
        var parts = [result.stdout.head, result.stderr.head, result.value?.text.head ?? ""]
        if let failure = result.failure { parts.append("\(failure.type): \(failure.message)") }
        return .string(cut(parts.filter { !$0.isEmpty }.joined(separator: "\n")))
    }

    static func value(_ value: JSONValue) -> JSONValue { .string(cut(value.text)) }

    private static func part(_ block: Message.Block) -> JSONValue {
        switch block {
        case .text(let words): text(words)
        case .call(let id, let code):
            [
                "type": "tool_call", "id": .string(id), "name": "python",
                "arguments": ["code": .string(cut(code))],
            ]
        case .callResult(let id, let words, _):
            ["type": "tool_call_response", "id": .string(id), "response": .string(cut(words))]
        }
    }

    private static func text(_ words: String) -> JSONValue { ["type": "text", "content": .string(cut(words))] }

    /// On spans, structured content is text that holds JSON.
    private static func encoded(_ parts: [JSONValue]) -> JSONValue { .string(JSONValue.array(parts).text) }

    private static func cut(_ text: String) -> String {
        guard text.count > longestText else { return text }
        return "\(text.prefix(longestText))… (cut: \(text.count) characters in all, in the journal)"
    }
}

extension StopReason {
    /// The conventions' word.
    var conventional: String {
        switch self {
        case .endTurn, .stopSequence: "stop"
        case .toolUse: "tool_call"
        case .maxTokens, .contextFull: "length"
        case .refusal: "content_filter"
        case .other: "error"
        }
    }
}
