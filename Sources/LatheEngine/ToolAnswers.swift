package import LatheVocabulary

/// The tools that the user allowed for the session, as a fold over its events.
package struct ToolAnswers: Sendable, Hashable {
    private struct Answer: Sendable, Hashable {
        var definition: String
        var isExposed: Bool
    }

    private var answers: [String: Answer] = [:]

    package init() {}

    /// Answers of before definitions were kept with them held for a run of the program, and count no more.
    package mutating func apply(_ body: EventBody) {
        guard case .toolDecided(let decided) = body, decided.answer == .session, let definition = decided.definition
        else { return }
        let name = "\(decided.server)/\(decided.tool)"
        let isExposed = decided.isExposed == true
        // Of one definition, the answer that reaches further stays.
        if let known = answers[name], known.definition == definition, known.isExposed { return }
        answers[name] = Answer(definition: definition, isExposed: isExposed)
    }

    /// Whether a tool is allowed as it is defined now. An answer that was given before the session had read what others wrote does
    /// not hold for code that has, where that has to ask.
    func allow(_ tool: ToolDefinition, _ source: ToolSource, exposed: Bool) -> Bool {
        guard let answer = answers[tool.fullName], answer.definition == source.definition else { return false }
        return answer.isExposed || !exposed
    }
}
