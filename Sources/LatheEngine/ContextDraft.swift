internal import LatheVocabulary

/// A change of its context that a subtask's code asked for and that was found sound: it is made when the turn's cells have ended.
struct ContextDraft: Sendable, Hashable {
    var cell: Int
    var because: String
    var cause: String?
    var context: EditableContext
    /// Whether the cell that asked for it ended otherwise than well.
    var isFailed = false

    init(cell: Int, because: String, cause: String?, context: EditableContext) {
        self.cell = cell
        self.because = because
        self.cause = cause
        self.context = context
    }

    /// As the code is answered; by it a later program run knows of the draft.
    var json: JSONValue {
        [
            "cell": .integer(cell), "because": .string(because), "cause": cause.map { .string($0) } ?? .null,
            "context": context.json,
        ]
    }

    /// Reads it back from a journal; nil where the value is something else.
    init?(_ value: JSONValue) {
        guard let cell = value["cell"]?.integerValue, let because = value["because"]?.stringValue,
            let context = value["context"].flatMap(EditableContext.init)
        else { return nil }
        self.init(cell: cell, because: because, cause: value["cause"]?.stringValue, context: context)
    }
}
