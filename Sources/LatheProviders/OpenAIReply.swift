import LatheVocabulary

/// Reads the stream of OpenAI's chat completions and of the many servers that speak it.
struct OpenAIReply: ReplyReading {
    private let endpoint: Endpoint
    private let unwrapsReply: Bool
    private var reply = ReceivedReply()
    private var calls: [Int: CallUnderWay] = [:]
    private var partial: [Int: PartialCode] = [:]
    private var sawFinish = false
    private var sawRefusal = false

    init(endpoint: Endpoint, unwrapsReply: Bool = false) {
        self.endpoint = endpoint
        self.unwrapsReply = unwrapsReply
    }

    mutating func take(_ event: ServerSentEvent) throws(ProviderFailure) -> [ReplyProgress] {
        guard event.data != "[DONE]" else { return [] }
        let value = try JSONValue.received(event.data)
        if value["error"]?.objectValue != nil || value["error"]?.stringValue != nil {
            throw FailureReport(body: value).failure(status: nil, endpoint: endpoint)
        }
        reply.model = value["model"]?.stringValue ?? reply.model
        count(value["usage"])
        guard let choice = value["choices"]?.arrayValue?.first else { return [] }
        var progress: [ReplyProgress] = []
        if let delta = choice["delta"] {
            progress = grow(delta)
        }
        if let reason = choice["finish_reason"]?.stringValue {
            sawFinish = true
            reply.stop = Self.stop(reason)
        }
        return progress
    }

    func finish() throws(ProviderFailure) -> ReceivedReply {
        guard sawFinish else {
            throw ProviderFailure(.cutStream, "\(endpoint.title) ended its stream in the middle of a reply.")
        }
        var whole = reply
        whole.calls = calls.sorted { $0.key < $1.key }.map(\.value.call)
        if sawRefusal { whole.stop = .refusal }
        // Some servers say `stop` where they made calls.
        if !whole.calls.isEmpty, whole.stop == .endTurn { whole.stop = .toolUse }
        if unwrapsReply { whole.text = ReplySchema.unwrapped(whole.text) }
        return whole
    }

    private mutating func grow(_ delta: JSONValue) -> [ReplyProgress] {
        var progress: [ReplyProgress] = []
        if let refusal = delta["refusal"]?.stringValue, !refusal.isEmpty { sawRefusal = true }
        for key in ["content", "refusal"] {
            guard let text = delta[key]?.stringValue, !text.isEmpty else { continue }
            reply.text += text
            progress.append(.text(text))
        }
        for (position, piece) in (delta["tool_calls"]?.arrayValue ?? []).enumerated() {
            let index = piece["index"]?.integerValue ?? position
            let code = grow(piece, at: index)
            if !code.isEmpty { progress.append(.code(code)) }
        }
        return progress
    }

    private mutating func grow(_ piece: JSONValue, at index: Int) -> String {
        var call = calls[index] ?? CallUnderWay(id: "call_\(index)", name: "")
        if let id = piece["id"]?.stringValue, !id.isEmpty { call.id = id }
        if let name = piece["function"]?["name"]?.stringValue, !name.isEmpty { call.name = name }
        let arguments = piece["function"]?["arguments"]?.stringValue ?? ""
        call.arguments += arguments
        calls[index] = call
        return partial[index, default: PartialCode()].take(arguments)
    }

    /// `prompt_tokens` includes the cached and the newly cached ones here; ours counts them beside it.
    private mutating func count(_ value: JSONValue?) {
        guard let value, let input = value["prompt_tokens"]?.integerValue else { return }
        let cached = value["prompt_tokens_details"]?["cached_tokens"]?.integerValue ?? 0
        let written = value["prompt_tokens_details"]?["cache_write_tokens"]?.integerValue ?? 0
        reply.usage = Usage(
            input: max(0, input - cached - written), output: value["completion_tokens"]?.integerValue ?? 0,
            cacheRead: cached, cacheWrite: written)
    }

    private static func stop(_ reason: String) -> StopReason {
        switch reason {
        case "stop": .endTurn
        case "tool_calls", "function_call": .toolUse
        case "length": .maxTokens
        case "content_filter": .refusal
        default: .other
        }
    }
}
