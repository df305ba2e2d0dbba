import LatheVocabulary

/// What one server takes of OpenAI's forms and their many dialects.
struct OpenAIDialect: Sendable, Hashable {
    var form = OpenAIForm.chat
    /// `max_completion_tokens` where true, else the older `max_tokens`.
    var takesCompletionTokens: Bool
    var takesStreamOptions = true
    var takesTemperature = true
    /// llama.cpp's additions: `grammar` and `cache_prompt`.
    var takesGrammar = false

    /// Learns from a refusal that names a parameter; false where there is nothing to change.
    mutating func learn(from refusal: String) -> Bool {
        let before = self
        if refusal.contains("/v1/responses"), form == .chat {
            form = .responses
        } else if refusal.contains("max_completion_tokens"), !takesCompletionTokens {
            takesCompletionTokens = true
        } else if refusal.contains("max_completion_tokens") || refusal.contains("max_tokens") {
            takesCompletionTokens.toggle()
        } else if refusal.contains("stream_options") {
            takesStreamOptions = false
        } else if refusal.contains("temperature") {
            takesTemperature = false
        } else if refusal.contains("grammar") {
            takesGrammar = false
        }
        return self != before
    }
}

/// Puts a request into the form of OpenAI's chat completions.
///
/// The rendering of a message does not depend on what follows it, so that the prompt of one turn is, up to the state at
/// its very end, a prefix of the next one's.
struct OpenAIRequest: Sendable {
    var model: String
    var maxTokens: Int
    var repeatable: Bool
    var dialect: OpenAIDialect
    /// For a small model the first reply to a task is bound to terse code; afterwards, and for others, it may answer.
    var isSmall = false

    func body(_ request: ModelRequest) -> JSONValue {
        var body: [String: JSONValue] = [
            "model": .string(model), "stream": true, "messages": .array(messages(request)),
        ]
        body[dialect.takesCompletionTokens ? "max_completion_tokens" : "max_tokens"] = .integer(maxTokens)
        if dialect.takesStreamOptions { body["stream_options"] = ["include_usage": true] }
        if repeatable, dialect.takesTemperature { body["temperature"] = 0 }
        if repeatable, dialect.takesGrammar { body["cache_prompt"] = false }
        switch request.codeForm {
        case .tool:
            body["tools"] = [
                [
                    "type": "function",
                    "function": [
                        "name": .string(PythonTool.name), "description": .string(PythonTool.description),
                        "parameters": PythonTool.schema,
                    ],
                ]
            ]
        case .fence where dialect.takesGrammar: body["grammar"] = .string(grammar(request))
        case .fence: break
        case nil:
            if let schema = request.replySchema { body["response_format"] = Self.format(schema) }
        }
        return .object(body)
    }

    private static func format(_ schema: JSONValue) -> JSONValue {
        let wrapped = ReplySchema.wrapped(schema)
        return [
            "type": "json_schema",
            "json_schema": [
                "name": "reply", "schema": wrapped, "strict": .bool(ReplySchema.isStrict(wrapped)),
            ],
        ]
    }

    private func grammar(_ request: ModelRequest) -> String {
        guard isSmall else { return FenceForm.grammar(.codeOrAnswer, lines: .any) }
        if case .callResult(_, _, let isError) = request.messages.last?.blocks.last, !isError {
            return FenceForm.grammar(.codeOrAnswer, lines: .terse)
        }
        return FenceForm.grammar(.code, lines: .terse)
    }

    private func messages(_ request: ModelRequest) -> [JSONValue] {
        var rendered: [[String: JSONValue]] = []
        if !request.system.isEmpty { rendered.append(["role": "system", "content": .string(request.system)]) }
        if request.codeForm == .tool {
            rendered += request.messages.flatMap(Self.rendered)
        } else {
            rendered += FenceForm.turns(request.messages).map {
                ["role": .string($0.role.rawValue), "content": .string($0.text)]
            }
        }
        return Self.ending(rendered, with: request.state).map(JSONValue.object)
    }

    /// Appends the state to the newest message's own text: templates differ in which roles may follow which.
    private static func ending(_ messages: [[String: JSONValue]], with state: String) -> [[String: JSONValue]] {
        guard !state.isEmpty else { return messages }
        var result = messages
        if let last = result.indices.last, result[last]["role"] == "user" || result[last]["role"] == "tool",
            let text = result[last]["content"]?.stringValue
        {
            result[last]["content"] = .string(text + "\n\n" + state)
        } else {
            result.append(["role": "user", "content": .string(state)])
        }
        return result
    }

    /// One message may become several: each result of a call is a message of its own here.
    private static func rendered(_ message: Message) -> [[String: JSONValue]] {
        var results: [[String: JSONValue]] = []
        var calls: [JSONValue] = []
        var texts: [String] = []
        for block in message.blocks {
            switch block {
            case .text(let text) where FenceForm.isBlank(text): continue
            case .text(let text): texts.append(text)
            case .call(let id, let code):
                let arguments: JSONValue = ["code": .string(code)]
                calls.append([
                    "id": .string(id), "type": "function",
                    "function": ["name": .string(PythonTool.name), "arguments": .string(arguments.text)],
                ])
            case .callResult(let id, let text, _):
                let content = FenceForm.isBlank(text) ? PythonTool.noOutput : text
                results.append(["role": "tool", "tool_call_id": .string(id), "content": .string(content)])
            }
        }
        var own: [String: JSONValue] = ["role": .string(message.role.rawValue)]
        if !texts.isEmpty { own["content"] = .string(texts.joined(separator: "\n\n")) }
        if !calls.isEmpty { own["tool_calls"] = .array(calls) }
        if own.count == 1 {
            if !results.isEmpty { return results }
            own["content"] = .string(PythonTool.noText)
        }
        return results + [own]
    }
}
