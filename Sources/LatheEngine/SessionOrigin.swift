package import LatheVocabulary

/// What the engine needs to say what a session ran with.
package struct SessionOrigin: Sendable {
    /// The session's inputs as they were when it was opened.
    package var data: [DataFingerprint]
    /// The hash of the fixed part of a request: a system text, and how a model hands over code.
    package var promptSHA256: @Sendable (String, CodeForm) -> String?

    package init(
        data: [DataFingerprint] = [], promptSHA256: @escaping @Sendable (String, CodeForm) -> String? = { _, _ in nil }
    ) {
        self.data = data
        self.promptSHA256 = promptSHA256
    }

    /// With the prompt that this model is given as a coordinator's; nil stands for no model.
    func origin(_ model: (any LanguageModel)?) -> CapabilityOrigin {
        let prompt = model.flatMap {
            promptSHA256(Prompts.coordinator(codeForm: $0.codeForm, isSmall: $0.isSmall), $0.codeForm)
        }
        return CapabilityOrigin(promptSHA256: prompt, data: data)
    }
}
