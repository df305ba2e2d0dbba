import LatheVocabulary

/// Puts a request into the form of OpenAI's Responses API, without state on the server: every request carries its whole
/// conversation, and nothing is stored there.
///
/// The rendering of a message does not depend on what follows it, so that the prompt of one turn is, up to the state at
/// its very end, a prefix of the next one's. The reasoning of earlier turns is not sent back: calls are rebuilt from their
/// own fields, which the API takes.
struct ResponsesRequest: Sendable {
    var model: String
    var maxTokens: Int
    var repeatable: Bool

    func body(_ request: ModelRequest) -> JSONValue {
        var body: [String: JSONValue] = [
            "model": .string(model), "stream": true, "store": false, "max_output_tokens": .integer(maxTokens),
            "input": .array(Self.items(request).map(JSONValue.object)),
        ]
        if !request.system.isEmpty { body["instructions"] = .string(request.system) }
        if repeatable { body["temperature"] = 0 }
        if request.codeForm == .tool {
            body["tools"] = [
                [
                    "type": "function", "name": .string(PythonTool.name),
                    "description": .string(PythonTool.description), "parameters": PythonTool.schema, "strict": false,
                ]
            ]
        } else if request.codeForm == nil, let schema = request.replySchema {
            let wrapped = ReplySchema.wrapped(schema)
            body["text"] = [
                "format": [
                    "type": "json_schema", "name": "reply", "schema": wrapped,
                    "strict": .bool(ReplySchema.isStrict(wrapped)),
                ]
            ]
        }
        return .object(body)
    }

    private static func items(_ request: ModelRequest) -> [[String: JSONValue]] {
        var items =
            request.codeForm == .tool
            ? request.messages.flatMap(rendered)
            : FenceForm.turns(request.messages).map { text($0.text, of: $0.role) }
        guard !request.state.isEmpty else { return items }
        // The newest result or the newest words of the user carry the state in their own text.
        for member in ["output", "content"] {
            guard let last = items.indices.last, let own = items[last][member]?.stringValue,
                items[last]["role"] != .string(Message.Role.assistant.rawValue)
            else { continue }
            items[last][member] = .string(own + "\n\n" + request.state)
            return items
        }
        return items + [text(request.state, of: .user)]
    }

    /// One message may become several items: each call, and each result of one, is an item of its own.
    private static func rendered(_ message: Message) -> [[String: JSONValue]] {
        var results: [[String: JSONValue]] = []
        var calls: [[String: JSONValue]] = []
        var texts: [String] = []
        for block in message.blocks {
            switch block {
            case .text(let text) where FenceForm.isBlank(text): continue
            case .text(let text): texts.append(text)
            case .call(let id, let code):
                let arguments: JSONValue = ["code": .string(code)]
                calls.append([
                    "type": "function_call", "call_id": .string(id), "name": .string(PythonTool.name),
                    "arguments": .string(arguments.text),
                ])
            case .callResult(let id, let text, _):
                let output = FenceForm.isBlank(text) ? PythonTool.noOutput : text
                results.append(["type": "function_call_output", "call_id": .string(id), "output": .string(output)])
            }
        }
        let own = texts.isEmpty ? [] : [text(texts.joined(separator: "\n\n"), of: message.role)]
        let all = results + own + calls
        return all.isEmpty ? [text(PythonTool.noText, of: message.role)] : all
    }

    private static func text(_ text: String, of role: Message.Role) -> [String: JSONValue] {
        ["role": .string(role.rawValue), "content": .string(text)]
    }
}
