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
