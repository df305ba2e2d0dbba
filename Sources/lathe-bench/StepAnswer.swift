internal import LatheVocabulary

/// What a step measured.
struct StepAnswer: Sendable, Hashable {
    /// As many as the step had repetitions.
    var seconds: [Double] = []
    /// The value of the last cell as a kernel writes it, where somebody asked for it.
    var value: String?

    var json: JSONValue {
        ["seconds": .array(seconds.map(JSONValue.number)), "value": value.map(JSONValue.string) ?? .null]
    }
}
