internal import LatheVocabulary

/// A plan as code asks for it, read and checked but for what it may cost.
struct PlanDraft: Sendable, Hashable {
    /// Steps of one plan, those that were added while it ran included.
    static let mostSteps = 50
    static let depth = 3

    struct Step: Sendable, Hashable {
        var name: String
        var task: String
        /// A saved agent's name, or that of one which code defined.
        var agent: String
        /// Whether `agent` is to be looked for in the library.
        var isSaved: Bool
        var needs: [String]
        var required: Bool
        var complexity: PlanStep.Complexity?
        var fallback: String?
        var model: String?
        var budget: BudgetLimits
        var maxTurns: Int?
        /// Names, types and shapes of its own data, as its kernel says.
        var data: String?
        var by: String?
        /// Steps to whom it may write while they run.
        var talk: [String] = []

        /// As the journal and people see it; `model` is the role that does it.
        func told(_ reckoned: PlanStep.Reckoning, model: String?) -> PlanStep {
            PlanStep(
                name: name, task: task.singleLine(upTo: 400), agent: agent, needs: needs, required: required,
                complexity: complexity, reckoned: reckoned, fallback: fallback, model: model, by: by, talk: talk)
        }
    }

    static let limits = (name: 60, task: 40_000, goal: 4_000, data: 1_000, because: 600)

    var goal: String
    var strategy: PlanStrategy
    /// Whether ready steps run in batches that are told what was found before.
    var shares: Bool
    var steps: [Step]

    /// Why these steps are no plan; nil where they are. Every reason names the step and the mend.
    var objection: String? {
        let names = steps.map(\.name)
        guard !steps.isEmpty, steps.count <= Self.mostSteps else {
            return "a plan has 1 to \(Self.mostSteps) steps, not \(steps.count): join what one subtask can do"
        }
        if let twice = Dictionary(grouping: names, by: \.self).filter({ $0.value.count > 1 }).keys.min() {
            return "two steps are called '\(twice)': give each a name of its own"
        }
        let known = Set(names)
        for step in steps {
            for need in step.needs + step.talk + (step.by.map { [$0] } ?? []) where !known.contains(need) {
                return
                    "step '\(step.name)' needs '\(need.singleLine(upTo: Self.limits.name))', which is no step; there are "
                    + names.prefix(12).joined(separator: ", ")
            }
            if level(of: step) > Self.depth {
                return "step '\(step.name)' is asked for below \(Self.depth) others, which is the most"
            }
        }
        if let cycle {
            return
                "its steps need each other in a circle: \(cycle.joined(separator: " → ")); take out one of these needs"
        }
        return strategy == .sequential ? disorder : nil
    }

    /// A sequential plan runs in the order of its list, so what a step needs stands before it.
    private var disorder: String? {
        var before: Set<String> = []
        for step in steps {
            if let later = step.needs.first(where: { !before.contains($0) }) {
                return "in a sequential plan '\(later)' must stand before '\(step.name)', which needs it"
            }
            before.insert(step.name)
        }
        return nil
    }

    /// 1 for a step that nobody asked for.
    private func level(of step: Step) -> Int {
        var (level, by) = (1, step.by)
        while let name = by, level <= Self.depth {
            level += 1
            by = steps.first { $0.name == name }?.by
        }
        return level
    }

    /// A path along needs that ends where it began; nil where there is none. Who needs a step also waits for what that one asked for.
    private var cycle: [String]? {
        var needs: [String: [String]] = [:]
        for step in steps {
            let above = Set(ancestors(of: step))
            let parts = step.needs.filter { !above.contains($0) }.flatMap { need in
                steps.filter { ancestors(of: $0).contains(need) && $0.name != step.name }.map(\.name)
            }
            needs[step.name] = step.needs + parts
        }
        var done: Set<String> = []
        for step in steps {
            var path: [String] = []
            if let found = Self.walk(step.name, needs, &path, &done) { return found }
        }
        return nil
    }

    private func ancestors(of step: Step) -> [String] {
        var (found, by): ([String], String?) = ([], step.by)
        while let name = by, !found.contains(name) {
            found.append(name)
            by = steps.first { $0.name == name }?.by
        }
        return found
    }

    private static func walk(
        _ name: String, _ needs: [String: [String]], _ path: inout [String], _ done: inout Set<String>
    ) -> [String]? {
        if let start = path.firstIndex(of: name) { return Array(path[start...]) + [name] }
        guard !done.contains(name) else { return nil }
        path.append(name)
        for need in needs[name] ?? [] {
            if let found = walk(need, needs, &path, &done) { return found }
        }
        path.removeLast()
        done.insert(name)
        return nil
    }
}
