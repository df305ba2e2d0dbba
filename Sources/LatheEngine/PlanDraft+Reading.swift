internal import LatheVocabulary

/// Reading a plan out of a `plan` call, which is untrusted.
extension PlanDraft {
    init(_ arguments: HostArguments) throws(HostRefusal) {
        goal = try arguments.text("goal", upTo: Self.limits.goal)
        guard !goal.allSatisfy(\.isWhitespace) else { throw HostRefusal("invalid_arguments", "plan: it has no goal") }
        let named = try arguments.text("strategy", upTo: 20)
        guard let strategy = PlanStrategy(rawValue: named) else {
            throw HostRefusal("invalid_arguments", "plan: strategy is sequential, parallel or hierarchical")
        }
        self.strategy = strategy
        shares = try arguments.optionalFlag("share") ?? false
        let given = arguments.values["steps"]?.arrayValue ?? []
        guard given.count <= Self.mostSteps else {
            throw HostRefusal(
                "limit",
                "plan: a plan has at most \(Self.mostSteps) steps, not \(given.count): join what one subtask can do")
        }
        steps = []
        for value in given { steps.append(try Self.step(value)) }
    }

    private static func step(_ value: JSONValue) throws(HostRefusal) -> Step {
        let given = try HostArguments(HostCall(name: "plan", arguments: value))
        let name = try given.text("name", upTo: limits.name)
        guard isName(name) else {
            throw HostRefusal(
                "invalid_arguments",
                "plan: '\(name.singleLine(upTo: limits.name))' cannot name a step: letters, digits, spaces, _, - and ., a letter or "
                    + "digit first")
        }
        let task = try given.text("task", upTo: limits.task)
        guard !task.allSatisfy(\.isWhitespace) else {
            throw HostRefusal("invalid_arguments", "plan: step '\(name)' has no task: say what it is to do")
        }
        let (agent, isSaved) = try agentName(given.present("agent"), of: name)
        return Step(
            name: name, task: task, agent: agent, isSaved: isSaved, needs: try given.texts("needs", upTo: limits.name),
            required: try given.optionalFlag("required") ?? true,
            complexity: try complexity(given.optionalText("complexity", upTo: 10), of: name),
            fallback: given.present("fallback") == nil ? nil : try agentName(given.present("fallback"), of: name).name,
            model: try given.optionalText("model", upTo: 64), budget: try budget(given, of: name),
            maxTurns: try given.optionalInteger("max_turns", in: 1...100),
            data: try given.optionalText("data", upTo: limits.data),
            by: try given.optionalText("by", upTo: limits.name),
            talk: given.present("talk") == nil ? [] : try given.texts("talk", upTo: limits.name))
    }

    /// Bounded, so that sums over all attempts are numbers.
    private static func budget(_ given: HostArguments, of step: String) throws(HostRefusal) -> BudgetLimits {
        let budget = try given.budget("budget")
        try check(budget, of: step)
        return budget
    }

    private static let mostOfAttempt = (tokens: 1_000_000_000, microdollars: 1_000_000_000_000, calls: 100)

    /// The budget of an agent's file as an attempt of a step may have it.
    static func bounded(_ budget: BudgetLimits) -> BudgetLimits {
        var budget = budget
        budget.tokens = budget.tokens.map { min($0, mostOfAttempt.tokens) }
        budget.microdollars = budget.microdollars.map { min($0, mostOfAttempt.microdollars) }
        budget.modelCalls = budget.modelCalls.map { min($0, mostOfAttempt.calls) }
        return budget
    }

    static func check(_ budget: BudgetLimits, of step: String) throws(HostRefusal) {
        guard bounded(budget) == budget else {
            throw HostRefusal(
                "limit", "plan: step '\(step)': an attempt has at most 1000000000 tokens, $1000000 and 100 model calls")
        }
    }

    /// Letters, digits, spaces, `_`, `-`, `.`, and `/` before the name of a part.
    static func isName(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        guard let first = scalars.first, first.isOfWord, name.isWithin(limits.name), name != "data" else {
            return false
        }
        return scalars.allSatisfy { $0.isOfWord || " _-./".unicodeScalars.contains($0) }
    }

    private static func agentName(
        _ value: JSONValue?, of step: String
    ) throws(HostRefusal) -> (name: String, isSaved: Bool) {
        let name = value?.stringValue ?? value?["name"]?.stringValue
        guard let name, !name.isEmpty, name.count <= 64 else {
            throw HostRefusal("invalid_arguments", "plan: step '\(step)' names no agent")
        }
        return (name.singleLine(upTo: 64), value?.stringValue != nil)
    }

    private static func complexity(
        _ named: String?, of step: String
    ) throws(HostRefusal) -> PlanStep.Complexity? {
        guard let named else { return nil }
        guard let known = PlanStep.Complexity(rawValue: named) else {
            throw HostRefusal("invalid_arguments", "plan: step '\(step)': complexity is low, medium or high")
        }
        return known
    }
}

extension Unicode.Scalar {
    /// Whether it is a letter, a digit or a mark on one.
    fileprivate var isOfWord: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
            !properties.isDefaultIgnorableCodePoint
        default: false
        }
    }
}
