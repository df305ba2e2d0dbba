package import LatheVocabulary

/// What of a request is the same at every turn and so can be kept in a provider's cache, as it goes over the wire.
package enum FixedPrompt {
    /// The system text and, where code comes by tool call, the tools as JSON; for Anthropic's Messages API, whose request
    /// has both beside the messages.
    package static func parts(system: String, codeForm: CodeForm) -> (system: String, tools: String) {
        let request = ModelRequest(place: .coordinator, turn: 1, system: system, messages: [], codeForm: codeForm)
        let body = AnthropicRequest.body(request, model: "", maxTokens: 1, repeatable: false)
        let texts = (body["system"]?.arrayValue ?? []).compactMap { $0["text"]?.stringValue }
        return (texts.joined(separator: "\n"), body["tools"]?.text ?? "")
    }
}
