import LatheVocabulary

/// Reads the stream of Anthropic's Messages API.
struct AnthropicReply: ReplyReading {
    private enum Block { case text, call(CallUnderWay), other }

    private let endpoint: Endpoint
    /// The name of the tool whose input is the reply itself, where a schema binds it.
    private let replyTool: String?
    private let unwrapsReply: Bool
    private var reply = ReceivedReply()
    private var usage = Usage()
    private var sawUsage = false
    private var blocks: [Int: Block] = [:]
    private var partial = PartialCode()
    private var isWhole = false
    private var sawReplyTool = false

    init(endpoint: Endpoint, replyTool: String? = nil, unwrapsReply: Bool = false) {
        self.endpoint = endpoint
        self.replyTool = replyTool
        self.unwrapsReply = unwrapsReply
    }

    mutating func take(_ event: ServerSentEvent) throws(ProviderFailure) -> [ReplyProgress] {
        let value = try JSONValue.received(event.data)
        switch value["type"]?.stringValue {
        case "message_start":
            reply.model = value["message"]?["model"]?.stringValue
            count(value["message"]?["usage"])
        case "content_block_start": return open(value)
        case "content_block_delta": return grow(value)
        case "content_block_stop": close(value)
        case "message_delta":
            if let reason = value["delta"]?["stop_reason"]?.stringValue { reply.stop = Self.stop(reason) }
            count(value["usage"])
        case "message_stop": isWhole = true
        case "error": throw FailureReport(body: value).failure(status: nil, endpoint: endpoint)
        default: break
        }
        return []
    }

    func finish() throws(ProviderFailure) -> ReceivedReply {
        guard isWhole else {
            throw ProviderFailure(.cutStream, "\(endpoint.title) ended its stream in the middle of a reply.")
        }
        var whole = reply
        whole.usage = sawUsage ? usage : nil
        if unwrapsReply, !sawReplyTool { whole.text = ReplySchema.unwrapped(whole.text) }
        return whole
    }

    private mutating func open(_ value: JSONValue) -> [ReplyProgress] {
        guard let index = value["index"]?.integerValue, let block = value["content_block"] else { return [] }
        switch block["type"]?.stringValue {
        case "text":
            blocks[index] = .text
            let text = block["text"]?.stringValue ?? ""
            reply.text += text
            return text.isEmpty ? [] : [.text(text)]
        case "tool_use":
            partial = PartialCode()
            blocks[index] = .call(
                CallUnderWay(id: block["id"]?.stringValue ?? "call_\(index)", name: block["name"]?.stringValue ?? "")
            )
        default: blocks[index] = .other
        }
        return []
    }

    private mutating func grow(_ value: JSONValue) -> [ReplyProgress] {
        guard let index = value["index"]?.integerValue, let delta = value["delta"] else { return [] }
        if let text = delta["text"]?.stringValue, case .text = blocks[index] {
            reply.text += text
            return [.text(text)]
        }
        guard let piece = delta["partial_json"]?.stringValue, case .call(var call) = blocks[index] else { return [] }
        call.arguments += piece
        blocks[index] = .call(call)
        if call.name == replyTool { return [.text(piece)] }
        let code = partial.take(piece)
        return code.isEmpty ? [] : [.code(code)]
    }

    private mutating func close(_ value: JSONValue) {
        guard let index = value["index"]?.integerValue, case .call(let call) = blocks[index] else { return }
        blocks[index] = .other
        if let replyTool, call.name == replyTool {
            sawReplyTool = true
            reply.text = unwrapsReply ? ReplySchema.unwrapped(call.arguments) : call.arguments
        } else {
            reply.calls.append(call.call)
        }
    }

    /// Counts in `message_delta` are cumulative: each replaces what was there.
    private mutating func count(_ value: JSONValue?) {
        guard let value, value.objectValue != nil else { return }
        sawUsage = true
        usage.input = value["input_tokens"]?.integerValue ?? usage.input
        usage.output = value["output_tokens"]?.integerValue ?? usage.output
        usage.cacheRead = value["cache_read_input_tokens"]?.integerValue ?? usage.cacheRead
        usage.cacheWrite = value["cache_creation_input_tokens"]?.integerValue ?? usage.cacheWrite
    }

    private static func stop(_ reason: String) -> StopReason {
        switch reason {
        case "end_turn": .endTurn
        case "tool_use": .toolUse
        case "max_tokens": .maxTokens
        case "stop_sequence": .stopSequence
        case "refusal": .refusal
        case "model_context_window_exceeded": .contextFull
        // `pause_turn` too: it concerns tools of the server, and none is offered.
        default: .other
        }
    }
}
