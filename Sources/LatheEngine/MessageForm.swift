internal import LatheVocabulary

/// The form that the value of a message has, by its kind; docs/messages.md holds the same table. What it does not name is free.
enum MessageForm {
    private static let text: JSONValue = ["type": "string"]

    private static let forms: [AgentMessage.Kind: JSONValue] = [
        .discovery: [
            "type": "object",
            "properties": [
                "evidence": [:], "confidence": ["type": "number", "minimum": 0, "maximum": 1],
                "cell": ["type": "integer"],
            ],
        ],
        .need: ["type": "object", "properties": ["what": text, "why": text, "returns": ["type": "object"]]],
        .decision: [
            "type": "object",
            "properties": ["because": text, "options": ["type": "array", "items": text]],
        ],
    ]

    /// Why a message does not have the form of its kind; empty where it does.
    static func misfits(of message: AgentMessage) -> [String] {
        guard let form = forms[message.kind] else { return [] }
        var misfits: [String] = []
        if message.text.allSatisfy(\.isWhitespace) { misfits.append("text is missing: a sentence that stands alone") }
        guard let value = message.value, case .success(let schema) = ReturnsSchema.checked(form) else { return misfits }
        return misfits + schema.misfits(of: value).map { $0.replacing("result", with: "value") }
    }
}
