/// Which of OpenAI's two forms a model is asked in.
package enum OpenAIForm: String, Sendable, Hashable, CaseIterable {
    /// Chat completions, which most other servers speak too.
    case chat
    /// The Responses API. From GPT-5.6 on, OpenAI takes tools of a model that reasons only in this form.
    case responses

    /// The form of a model by its name: Responses from GPT-5.6 on, chat completions for all others.
    ///
    /// Source: the API's own refusal, "Function tools with reasoning_effort are not supported in /v1/chat/completions".
    static func usual(for model: String) -> OpenAIForm {
        guard let found = model.prefixMatch(of: /gpt-(\d{1,3})(?:\.(\d{1,3}))?(?:-|$)/),
            let major = Int(found.1), let minor = Int(found.2 ?? "0")
        else { return .chat }
        return (major, minor) >= (5, 6) ? .responses : .chat
    }
}
