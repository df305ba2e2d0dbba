import LatheVocabulary

/// Puts a request into the form of Anthropic's Messages API.
///
/// The rendering of a message does not depend on what follows it, but for the cache marks, so that the prompt of one turn
/// is a prefix of the next one's. The state block stands last, unmarked.
enum AnthropicRequest {
    static let replyTool = "reply"
    private static let mark: JSONValue = ["type": "ephemeral"]

    static func body(
        _ request: ModelRequest, model: String, maxTokens: Int, repeatable: Bool,
        dialect: AnthropicDialect = AnthropicDialect()
    ) -> JSONValue {
        var body: [String: JSONValue] = [
            "model": .string(model),
            "max_tokens": .integer(maxTokens),
            "stream": true,
            "messages": .array(messages(request)),
        ]
        if !request.system.isEmpty {
            // Tools come before the system text in the provider's order: this one mark covers both.
            body["system"] = [["type": "text", "text": .string(request.system), "cache_control": mark]]
        }
        if repeatable, dialect.takesTemperature { body["temperature"] = 0 }
        if request.codeForm == .tool {
            body["tools"] = [
                [
                    "name": .string(PythonTool.name), "description": .string(PythonTool.description),
                    "input_schema": PythonTool.schema,
                ]
            ]
        } else if request.codeForm == nil, let schema = request.replySchema {
            bind(&body, to: ReplySchema.wrapped(schema), dialect.binding)
        }
        return .object(body)
    }

    private static func bind(
        _ body: inout [String: JSONValue], to schema: JSONValue, _ binding: AnthropicDialect.Binding
    ) {
        if binding == .format, ReplySchema.isStrict(schema) {
            body["output_config"] = ["format": ["type": "json_schema", "schema": schema]]
            return
        }
        let must = binding == .forcedTool ? "" : " Always call it, once, and write nothing beside it."
        body["tools"] = [
            [
                "name": .string(replyTool), "description": .string("Gives the reply." + must), "input_schema": schema,
            ]
        ]
        if binding == .forcedTool { body["tool_choice"] = ["type": "tool", "name": .string(replyTool)] }
    }

    private static func messages(_ request: ModelRequest) -> [JSONValue] {
        var rendered =
            request.codeForm == .tool
            ? request.messages.map { (role: $0.role, blocks: blocks($0)) }
            : FenceForm.turns(request.messages).map { (role: $0.role, blocks: [text($0.text)]) }
        if let last = rendered.indices.last, rendered[last].role == .user {
            if let stable = rendered[last].blocks.indices.last,
                case .object(var block) = rendered[last].blocks[stable]
            {
                block["cache_control"] = mark
                rendered[last].blocks[stable] = .object(block)
            }
            if !request.state.isEmpty { rendered[last].blocks.append(text(request.state)) }
        } else if !request.state.isEmpty {
            rendered.append((role: .user, blocks: [text(request.state)]))
        }
        return rendered.map { ["role": .string($0.role.rawValue), "content": .array($0.blocks)] }
    }

    /// Results stand before texts, as the API wants them.
    private static func blocks(_ message: Message) -> [JSONValue] {
        var results: [JSONValue] = []
        var others: [JSONValue] = []
        for block in message.blocks {
            switch block {
            case .text(let content) where FenceForm.isBlank(content): continue
            case .text(let content): others.append(text(content))
            case .call(let id, let code):
                others.append([
                    "type": "tool_use", "id": .string(id), "name": .string(PythonTool.name),
                    "input": ["code": .string(code)],
                ])
            case .callResult(let id, let content, let isError):
                var result: [String: JSONValue] = [
                    "type": "tool_result", "tool_use_id": .string(id),
                    "content": .string(FenceForm.isBlank(content) ? PythonTool.noOutput : content),
                ]
                if isError { result["is_error"] = true }
                results.append(.object(result))
            }
        }
        let all = results + others
        return all.isEmpty ? [text(PythonTool.noText)] : all
    }

    private static func text(_ text: String) -> JSONValue {
        ["type": "text", "text": .string(text)]
    }
}
