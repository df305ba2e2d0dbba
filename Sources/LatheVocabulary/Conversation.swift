/// One message of a conversation with a model, free of any provider's form.
package struct Message: Sendable, Hashable, Codable {
    package enum Role: String, Sendable, Codable { case user, assistant }

    package enum Block: Sendable, Hashable, Codable {
        case text(String)
        /// A call of the tool `python`; `code` is its one argument.
        case call(id: String, code: String)
        case callResult(id: String, text: String, isError: Bool)
    }

    package var role: Role
    package var blocks: [Block]

    package init(_ role: Role, _ blocks: [Block]) {
        self.role = role
        self.blocks = blocks
    }
}

/// How a model hands over code.
package enum CodeForm: String, Sendable, Hashable, Codable {
    /// The tool `python(code)`.
    case tool
    /// One ```` ```python ```` block in the text, for models without tool calling.
    case fence
}

/// Everything that a model is asked, ready to be put into a provider's form.
package struct ModelRequest: Sendable, Hashable, Codable {
    package var place: Place
    /// 1 for the first request at that place. `ask_model` calls have places of their own.
    package var turn: Int
    package var system: String
    package var messages: [Message]
    /// The state block: sent at the very end of the newest message, after the cache mark, and never kept in history.
    package var state: String
    /// Whether the model may send code, and how; nil asks for text alone.
    package var codeForm: CodeForm?
    package var maxOutputTokens: Int
    /// A JSON Schema that the reply must fit, for providers that can bind it; the caller checks it all the same.
    package var replySchema: JSONValue?

    package init(
        place: Place,
        turn: Int,
        system: String,
        messages: [Message],
        state: String = "",
        codeForm: CodeForm? = .tool,
        maxOutputTokens: Int = 8192,
        replySchema: JSONValue? = nil
    ) {
        self.place = place
        self.turn = turn
        self.system = system
        self.messages = messages
        self.state = state
        self.codeForm = codeForm
        self.maxOutputTokens = maxOutputTokens
        self.replySchema = replySchema
    }
}

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
