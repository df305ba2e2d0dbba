internal import LatheVocabulary

/// Why an edit of a context is refused: the rule, the field, and what would mend it.
struct ContextRefusal: Error, Sendable, Hashable {
    var rule: ContextEditRefused.Rule
    var field: String?
    var reason: String

    init(_ rule: ContextEditRefused.Rule, _ field: String? = nil, _ reason: String) {
        self.rule = rule
        self.field = field
        self.reason = reason
    }

    /// What the code that asked sees as an exception.
    var refusal: HostRefusal {
        let code =
            switch rule {
            case .edits, .tokens: "limit"
            case .form, .dependency: "invalid_arguments"
            case .core, .authority, .quoted, .cell: "refused"
            }
        return HostRefusal(code, "context.edit: \(reason)")
    }
}
