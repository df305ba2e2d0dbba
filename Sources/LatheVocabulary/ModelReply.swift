/// Why a model stopped writing.
package enum StopReason: String, Sendable, Hashable, Codable {
    case endTurn, toolUse, maxTokens, stopSequence, refusal, contextFull, other
}

/// A call that a model made. Only `python` with a text `code` runs; anything else is answered with an error result.
package struct ToolCall: Sendable, Hashable, Codable {
    package var id: String
    package var name: String
    /// The `code` argument; nil where the arguments were not what the tool takes.
    package var code: String?
    /// The arguments as they came, cut to 2,000 characters, where `code` is nil.
    package var rawArguments: String?

    package init(id: String, name: String = "python", code: String?, rawArguments: String? = nil) {
        self.id = id
        self.name = name
        self.code = code
        self.rawArguments = rawArguments
    }
}

/// What a model replied, whole. With `.fence`, providers leave `calls` empty and the text as it came.
package struct ModelReply: Sendable, Hashable, Codable {
    package var text: String
    package var calls: [ToolCall]
    package var stop: StopReason
    package var usage: Usage
    package var cost: Cost
    /// The model that answered, as the provider names it.
    package var model: String

    package init(
        text: String,
        calls: [ToolCall] = [],
        stop: StopReason,
        usage: Usage = Usage(),
        cost: Cost = .none,
        model: String
    ) {
        self.text = text
        self.calls = calls
        self.stop = stop
        self.usage = usage
        self.cost = cost
        self.model = model
    }
}
