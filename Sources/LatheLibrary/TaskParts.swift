/// The sentences of a task, and what its sentences join by "and": one of them says what is wanted, others why and of what.
enum TaskParts {
    private static let fewestWords = 4
    private static let most = 16

    /// Each of at least four words; none of a task that is one sentence.
    static func of(_ task: String) -> [String] {
        let parts = task.split(separator: #/[.;:?!]\s+|\n+|,? (?:and|but|then) /#).map { part in
            part.drop { $0.isWhitespace }
        }
        let telling = parts.filter { $0.split(whereSeparator: \.isWhitespace).count >= fewestWords }
        return parts.count > 1 && telling.count > 1 ? telling.prefix(most).map(String.init) : []
    }
}
