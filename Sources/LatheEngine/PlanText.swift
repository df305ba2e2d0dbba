internal import LatheVocabulary

/// A plan as people read and edit it: a line for each thing that may be changed, the task below it.
enum PlanText {
    private static let indent = "  "

    static func written(_ draft: PlanDraft, _ made: PlanMade) -> String {
        let heading =
            ["plan \(made.plan): \(draft.goal)", made.sentenceWithCost.unnamed]
            + (made.because.map { ["there is another form of it, since \($0)"] } ?? [])
        let told = [
            "Change what you like, save, and close the editor: it is checked again. Lines that begin with # do not count.",
            "Steps may be added, taken out, put in another order. Leave no step to decline the plan.",
        ]
        let lines = (heading + told).flatMap { $0.split(whereSeparator: \.isNewline).map { "# \($0)" } }
        let steps = zip(draft.steps, made.steps).map { Self.step($0, $1) }
        return (lines + ["", "strategy: \(draft.strategy.rawValue)", ""] + steps.joined(separator: [""]))
            .joined(separator: "\n") + "\n"
    }

    private static func step(_ step: PlanDraft.Step, _ told: PlanStep) -> [String] {
        let (calls, tokens) = (told.reckoned.calls, told.reckoned.tokens)
        var lines = [
            "step: \(step.name)", "agent: \(step.agent)", "needs: \(step.needs.joined(separator: ", "))",
            "required: \(step.required ? "yes" : "no")", "complexity: \(step.complexity?.rawValue ?? "")",
            "fallback: \(step.fallback ?? "")", "model: \(step.model ?? "")",
            "talk: \(step.talk.joined(separator: ", "))",
            "# expected: \(calls.lowerBound) to \(calls.upperBound) model calls, \(tokens.lowerBound) to \(tokens.upperBound) tokens",
        ]
        if let data = step.data { lines.append("# data: \(data.singleLine(upTo: 200))") }
        if let by = step.by { lines.append("# asked for by \(by)") }
        let task = step.task.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        return lines + ["task:"] + task.map { $0.isEmpty ? "" : indent + $0 }
    }

    // MARK: Reading

    /// The plan that a text says. What it cannot say (data, budgets, forms of results) stays as in `draft`, by the steps' names.
    static func read(_ text: String, over draft: PlanDraft) throws(HostRefusal) -> PlanDraft {
        var read = draft
        read.steps = []
        var (step, task): (PlanDraft.Step?, [Substring]?) = (nil, nil)
        func close() throws(HostRefusal) {
            guard var one = step else { return }
            if let task { one.task = Self.joined(task) }
            guard !one.task.isEmpty else { throw wrong(nil, "step '\(one.name)' has no task") }
            read.steps.append(one)
        }
        let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if task != nil, line.allSatisfy(\.isWhitespace) || line.hasPrefix(indent) || line.hasPrefix("\t") {
                task?.append(line.hasPrefix(indent) ? line.dropFirst(indent.count) : line.drop { $0 == "\t" })
                continue
            }
            guard !line.hasPrefix("#"), !line.allSatisfy(\.isWhitespace) else { continue }
            guard let colon = line.firstIndex(of: ":") else {
                throw wrong(index, "a line is `name: value`; a task's lines begin with two spaces")
            }
            let name = String(line[..<colon].trimmingSpaces)
            let value = String(line[line.index(after: colon)...].trimmingSpaces)
            switch (name, step) {
            case ("step", _):
                try close()
                (step, task) = (try begun(value, draft, index), nil)
            case ("strategy", nil):
                guard let strategy = PlanStrategy(rawValue: value) else {
                    throw wrong(index, "strategy is sequential, parallel or hierarchical")
                }
                read.strategy = strategy
            case ("task", .some): task = value.isEmpty ? [] : [Substring(value)]
            case (_, .some(var one)):
                try set(name, value, of: &one, index)
                step = one
            default: throw wrong(index, "'\(name)' stands before the first `step: NAME`")
            }
        }
        try close()
        return read
    }

    private static func begun(
        _ name: String, _ draft: PlanDraft, _ line: Int
    ) throws(HostRefusal) -> PlanDraft.Step {
        guard PlanDraft.isName(name) else {
            throw wrong(
                line, "'\(name)' cannot name a step: letters, digits, spaces, _, - and ., a letter or digit first")
        }
        if let known = draft.steps.first(where: { $0.name == name }) { return known }
        return PlanDraft.Step(
            name: name, task: "", agent: "worker", isSaved: false, needs: [], required: true, budget: BudgetLimits())
    }

    private static func set(
        _ name: String, _ value: String, of step: inout PlanDraft.Step, _ line: Int
    ) throws(HostRefusal) {
        let given = value.isEmpty ? nil : value
        switch name {
        case "agent":
            // The name that stays is the agent as it was, also one that code defined.
            let agent = given ?? "worker"
            if agent != step.agent { (step.agent, step.isSaved) = (agent, agent != "worker") }
        case "needs": step.needs = names(value)
        case "talk": step.talk = names(value)
        case "required":
            guard ["yes", "no"].contains(value) else { throw wrong(line, "required is yes or no") }
            step.required = value == "yes"
        case "complexity":
            guard given == nil || PlanStep.Complexity(rawValue: value) != nil else {
                throw wrong(line, "complexity is low, medium or high, or left empty")
            }
            step.complexity = given.flatMap(PlanStep.Complexity.init)
        case "fallback": step.fallback = given
        case "model": step.model = given
        default:
            throw wrong(
                line,
                "'\(name)' is nothing of a step: agent, needs, required, complexity, fallback, model, talk or task")
        }
    }

    private static func names(_ value: String) -> [String] {
        value.split(separator: ",").map { String($0.trimmingSpaces) }.filter { !$0.isEmpty }
    }

    private static func joined(_ lines: [Substring]) -> String {
        lines.joined(separator: "\n").trimmingLines
    }

    private static func wrong(_ line: Int?, _ reason: String) -> HostRefusal {
        HostRefusal("invalid_arguments", (line.map { "line \($0 + 1): " } ?? "") + reason)
    }
}

extension String {
    /// `plan 1: 3 steps, …` without its beginning.
    fileprivate var unnamed: String {
        firstRange(of: ": ").map { String(self[$0.upperBound...]) } ?? self
    }
}

extension PlanDraft {
    /// As the kernel is told an edited plan.
    var edited: JSONValue {
        [
            "strategy": .string(strategy.rawValue),
            "steps": .array(
                steps.map { step in
                    [
                        "name": .string(step.name), "task": .string(step.task), "agent": .string(step.agent),
                        "needs": .array(step.needs.map(JSONValue.string)), "required": .bool(step.required),
                        "complexity": step.complexity.map { .string($0.rawValue) } ?? .null,
                        "fallback": step.fallback.map { .string($0) } ?? .null,
                        "model": step.model.map { .string($0) } ?? .null,
                        "talk": .array(step.talk.map(JSONValue.string)),
                    ]
                }),
        ]
    }
}
