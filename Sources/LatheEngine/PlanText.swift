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
        let steps = zip(draft.steps, made.steps).map { Self.step($0, $1) }
        return joined(
            comments(heading + told), ["strategy: \(draft.strategy.rawValue)"], steps)
    }

    /// A plan that runs: steps that have begun are told, the others may be changed.
    static func running(_ draft: PlanDraft, _ standing: PlansStanding.Standing, open: Set<String>) -> String {
        let made = standing.made
        let told =
            open.isEmpty
            ? ["No step of it waits, so nothing of it can be changed."]
            : [
                "Steps below may be changed, added, taken out, put in another order; save, and close the editor: it is checked.",
                "Lines that begin with # do not count. Leave no step to change nothing.",
            ]
        var begun: [String] = []
        var blocks: [[String]] = []
        for step in draft.steps {
            let newest = standing.steps[step.name]
            let state = (newest?.state.rawValue ?? "waiting").replacing("_", with: " ")
            let subtask = newest?.subtask.map { ", subtask://\($0)" } ?? ""
            let reason = newest?.reason.map { ": \($0)" } ?? ""
            guard open.contains(step.name) else {
                begun.append("\(step.name) (\(newest?.agent ?? step.agent)) \(state)\(subtask)\(reason)")
                continue
            }
            let known = made.steps.first { $0.name == step.name }
            blocks.append(Self.step(step, known) + (newest == nil ? [] : comments(["\(state)\(subtask)\(reason)"])))
        }
        let heading = ["plan \(made.plan): \(draft.goal)", made.sentenceWithCost.unnamed] + told
        let strategy = "strategy: \(draft.strategy.rawValue)" + (standing.isOver ? "; ended" : "")
        return joined(comments(heading), comments([strategy] + begun), blocks)
    }

    /// Lines that do not count, in the width of most terminals.
    private static func comments(_ texts: [String]) -> [String] {
        texts.flatMap { $0.split(whereSeparator: \.isNewline) }.flatMap { text in
            var lines: [String] = []
            for word in text.split(separator: " ") {
                if let last = lines.last, last.count + word.count < 78 {
                    lines[lines.count - 1] = last + " " + word
                } else {
                    lines.append("# \(word)")
                }
            }
            return lines
        }
    }

    private static func joined(_ heading: [String], _ about: [String], _ steps: [[String]]) -> String {
        (heading + [""] + about + [""] + steps.joined(separator: [""])).joined(separator: "\n") + "\n"
    }

    private static func step(_ step: PlanDraft.Step, _ told: PlanStep?) -> [String] {
        var lines = [
            "step: \(step.name)", "agent: \(step.agent)", "needs: \(step.needs.joined(separator: ", "))",
            "required: \(step.required ? "yes" : "no")", "complexity: \(step.complexity?.rawValue ?? "")",
            "fallback: \(step.fallback ?? "")", "model: \(step.model ?? "")",
            "talk: \(step.talk.joined(separator: ", "))", "budget: \(budget(step.budget))",
        ]
        if let (calls, tokens) = told.map({ ($0.reckoned.calls, $0.reckoned.tokens) }) {
            lines.append(
                "# expected: \(calls.lowerBound) to \(calls.upperBound) model calls, \(tokens.lowerBound) to "
                    + "\(tokens.upperBound) tokens")
        }
        if step.model == nil, let model = told?.model { lines.append("# its model: \(model)") }
        if let data = step.data { lines.append("# data: \(data.singleLine(upTo: 200))") }
        if let by = step.by { lines.append("# asked for by \(by)") }
        let task = step.task.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        return lines + ["task:"] + task.map { $0.isEmpty ? "" : indent + $0 }
    }

    // MARK: Reading

    /// The plan that a text says. What it does not say (data, forms of results, lines left out) stays as in `draft`, by the steps' names.
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
            throw wrong(line, PlanDraft.noName(name))
        }
        if let known = draft.steps.first(where: { $0.name == name }) { return known }
        return PlanDraft.Step(
            name: name, task: "", agent: PlanDraft.worker, isSaved: false, needs: [], required: true,
            budget: BudgetLimits())
    }

    private static func set(
        _ name: String, _ value: String, of step: inout PlanDraft.Step, _ line: Int
    ) throws(HostRefusal) {
        let given = value.isEmpty ? nil : value
        switch name {
        case "agent": step.set(agent: value)
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
        case "budget": step.budget = try budget(value, line)
        default:
            throw wrong(
                line,
                "'\(name)' is nothing of a step: agent, needs, required, complexity, fallback, model, talk, budget or task"
            )
        }
    }

    /// Such as `tokens 50000, usd 0.5`.
    private static func budget(_ limits: BudgetLimits) -> String {
        let members = limits.json.objectValue ?? [:]
        return BudgetLimits.names.compactMap { name in members[name].map { "\(name) \($0.text)" } }
            .joined(separator: ", ")
    }

    private static func budget(_ value: String, _ line: Int) throws(HostRefusal) -> BudgetLimits {
        var members: [String: JSONValue] = [:]
        for part in names(value) {
            let words = part.split(separator: " ", maxSplits: 1)
            guard words.count == 2 else {
                throw wrong(
                    line,
                    "a budget is of NAME VALUE, such as `tokens 50k, usd 0.5`; \(BudgetLimits.names.joined(separator: ", "))"
                )
            }
            members[String(words[0])] = .string(String(words[1].trimmingSpaces))
        }
        do throws(LimitProblem) {
            return try BudgetLimits(.object(members))
        } catch {
            throw wrong(line, error.reason)
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
                        "budget": step.budget.isUnlimited ? .null : step.budget.json,
                    ]
                }),
        ]
    }
}
