import LatheVocabulary

/// Reads the stream of OpenAI's Responses API.
struct ResponsesReply: ReplyReading {
    private let endpoint: Endpoint
    private let unwrapsReply: Bool
    private var reply = ReceivedReply()
    /// By their place in the output.
    private var calls: [Int: CallUnderWay] = [:]
    private var partial: [Int: PartialCode] = [:]
    private var sawRefusal = false
    private var isWhole = false

    init(endpoint: Endpoint, unwrapsReply: Bool = false) {
        self.endpoint = endpoint
        self.unwrapsReply = unwrapsReply
    }

    mutating func take(_ event: ServerSentEvent) throws(ProviderFailure) -> [ReplyProgress] {
        guard event.data != "[DONE]" else { return [] }
        let value = try JSONValue.received(event.data)
        let place = value["output_index"]?.integerValue ?? 0
        switch value["type"]?.stringValue {
        case "response.output_item.added": open(value["item"], at: place)
        case "response.output_text.delta": return grow(value["delta"])
        case "response.refusal.delta":
            sawRefusal = true
            return grow(value["delta"])
        case "response.function_call_arguments.delta":
            guard let piece = value["delta"]?.stringValue, calls[place] != nil else { return [] }
            calls[place]?.arguments += piece
            let code = partial[place, default: PartialCode()].take(piece)
            return code.isEmpty ? [] : [.code(code)]
        case "response.function_call_arguments.done":
            // Whole once more: it goes before what its pieces amount to.
            if let whole = value["arguments"]?.stringValue { calls[place]?.arguments = whole }
        case "response.completed", "response.incomplete": end(value["response"])
        case "response.failed", "error":
            throw FailureReport(body: value["response"] ?? value).failure(status: nil, endpoint: endpoint)
        default: break
        }
        return []
    }

    func finish() throws(ProviderFailure) -> ReceivedReply {
        guard isWhole else {
            throw ProviderFailure(.cutStream, "\(endpoint.title) ended its stream in the middle of a reply.")
        }
        var whole = reply
        // A call that its reply's end cut short is none.
        if whole.stop != .maxTokens { whole.calls = calls.sorted { $0.key < $1.key }.map(\.value.call) }
        if !whole.calls.isEmpty, whole.stop == .endTurn { whole.stop = .toolUse }
        if sawRefusal { whole.stop = .refusal }
        if unwrapsReply { whole.text = ReplySchema.unwrapped(whole.text) }
        return whole
    }

    private mutating func open(_ item: JSONValue?, at place: Int) {
        guard let item, item["type"]?.stringValue == "function_call" else { return }
        calls[place] = CallUnderWay(
            id: item["call_id"]?.stringValue ?? "call_\(place)", name: item["name"]?.stringValue ?? "",
            arguments: item["arguments"]?.stringValue ?? "")
    }

    private mutating func grow(_ delta: JSONValue?) -> [ReplyProgress] {
        guard let text = delta?.stringValue, !text.isEmpty else { return [] }
        reply.text += text
        return [.text(text)]
    }

    private mutating func end(_ response: JSONValue?) {
        isWhole = true
        reply.model = response?["model"]?.stringValue
        switch response?["incomplete_details"]?["reason"]?.stringValue {
        case nil: reply.stop = .endTurn
        case "max_output_tokens": reply.stop = .maxTokens
        case "content_filter": reply.stop = .refusal
        default: reply.stop = .other
        }
        count(response?["usage"])
    }

    /// `input_tokens` includes the cached and the newly cached ones here; ours counts them beside it.
    private mutating func count(_ value: JSONValue?) {
        guard let value, let input = value["input_tokens"]?.integerValue else { return }
        let cached = value["input_tokens_details"]?["cached_tokens"]?.integerValue ?? 0
        let written = value["input_tokens_details"]?["cache_write_tokens"]?.integerValue ?? 0
        reply.usage = Usage(
            input: max(0, input - cached - written), output: value["output_tokens"]?.integerValue ?? 0,
            cacheRead: cached, cacheWrite: written)
    }
}
