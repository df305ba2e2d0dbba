internal import LatheEngine
internal import LatheProviders
internal import LatheVocabulary

/// The coordinator's fixed prompts as the program sends them, for a count of their tokens.
enum FixedPrompts {
    /// `name` says for which model; `text` is all that is sent before the first message.
    static var all: [JSONValue] {
        [
            prompt("tool", .tool, isSmall: false), prompt("fence", .fence, isSmall: false),
            prompt("small", .fence, isSmall: true),
        ]
    }

    private static func prompt(_ name: String, _ codeForm: CodeForm, isSmall: Bool) -> JSONValue {
        let parts = FixedPrompt.parts(
            system: Prompts.coordinator(codeForm: codeForm, isSmall: isSmall), codeForm: codeForm)
        return ["name": .string(name), "text": .string(parts.system + parts.tools)]
    }
}
