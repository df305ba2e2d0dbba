import LatheVocabulary

/// The one tool that models are offered.
enum PythonTool {
    static let name = "python"
    static let description =
        "Runs Python in the session's kernel. Variables, imports and functions stay for later calls."
    static let schema: JSONValue = [
        "type": "object",
        "properties": ["code": ["type": "string"]],
        "required": ["code"],
        "additionalProperties": false,
    ]

    /// What an empty result is written as: providers refuse empty texts.
    static let noOutput = "(no output)"
    static let noText = "(no text)"
}
