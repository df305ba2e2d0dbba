internal import LatheVocabulary

/// A plan that runs, as its owner wants it.
extension PlanDraft {
    /// The plan with a change; `state` says of a step that has begun why it stays, nil for one that may be another.
    func changed(
        by change: PlanChange, _ state: (_ step: String) -> String?
    ) throws(HostRefusal) -> PlanDraft {
        var changed = self
        for name in change.drop + change.steps.map(\.name) where steps.contains(where: { $0.name == name }) {
            if let state = state(name) {
                throw Self.refused("step '\(name.singleLine(upTo: Self.limits.name))' \(state)")
            }
        }
        for name in change.drop {
            guard changed.steps.contains(where: { $0.name == name }) else { throw noStep(name) }
            changed.steps.removeAll { $0.name == name }
        }
        for edit in change.steps { try changed.take(edit) }
        if let order = change.order { try changed.arrange(order, state) }
        guard changed != self else { throw Self.refused("this changes nothing of the plan") }
        return changed
    }

    private mutating func take(_ edit: PlanChange.Edit) throws(HostRefusal) {
        if let index = steps.firstIndex(where: { $0.name == edit.name }) {
            try steps[index].take(edit)
            return
        }
        guard Self.isName(edit.name) else { throw Self.refused(Self.noName(edit.name)) }
        guard edit.task != nil else {
            throw HostRefusal("invalid_arguments", "\(noStep(edit.name).reason); a new one needs a task")
        }
        var step = Step(
            name: edit.name, task: "", agent: Self.worker, isSaved: false, needs: [], required: true,
            budget: BudgetLimits())
        try step.take(edit)
        steps.append(step)
    }

    /// Puts the steps that have not begun into an order; the others stay before them.
    private mutating func arrange(
        _ order: [String], _ state: (_ step: String) -> String?
    ) throws(HostRefusal) {
        let open = steps.filter { state($0.name) == nil }
        guard order.count == open.count, Set(order) == Set(open.map(\.name)) else {
            throw Self.refused(
                "order names each step that has not begun once: \(open.map(\.name).joined(separator: ", "))")
        }
        steps =
            steps.filter { state($0.name) != nil } + order.compactMap { name in open.first { $0.name == name } }
    }

    private func noStep(_ name: String) -> HostRefusal {
        Self.refused(
            "there is no step '\(name.singleLine(upTo: Self.limits.name))'; there are "
                + steps.prefix(12).map(\.name).joined(separator: ", "))
    }

    private static func refused(_ reason: String) -> HostRefusal { HostRefusal("invalid_arguments", reason) }

    /// Why a step cannot have a name.
    static func noName(_ name: String) -> String {
        "'\(name.singleLine(upTo: limits.name))' cannot name a step: letters, digits, spaces, _, - and ., a letter or digit first"
    }

    /// The agent of a step that names none.
    static let worker = "worker"
}

extension PlanDraft.Step {
    fileprivate mutating func take(_ edit: PlanChange.Edit) throws(HostRefusal) {
        if let text = edit.task {
            task = text.trimmingLines
            guard !task.isEmpty else {
                throw HostRefusal("invalid_arguments", "step '\(name)' has no task: say what it is to do")
            }
        }
        if let given = edit.agent { set(agent: given) }
        if let given = edit.needs { needs = given }
        if let given = edit.required { required = given }
        if let given = edit.complexity { try set(complexity: given) }
        if let given = edit.fallback { fallback = given.isEmpty ? nil : given }
        if let given = edit.model { model = given.isEmpty ? nil : given }
        if let given = edit.talk { talk = given }
        if let given = edit.budget {
            budget = given
            try PlanDraft.check(budget, of: name)
        }
    }

    /// The name that stays is the agent as it was, also one that code defined; none is a plain worker.
    mutating func set(agent given: String) {
        let name = given.isEmpty ? PlanDraft.worker : given
        if name != agent { (agent, isSaved) = (name, name != PlanDraft.worker) }
    }

    private mutating func set(complexity named: String) throws(HostRefusal) {
        guard !named.isEmpty else {
            complexity = nil
            return
        }
        guard let known = PlanStep.Complexity(rawValue: named) else {
            throw HostRefusal("invalid_arguments", "step '\(name)': complexity is low, medium or high")
        }
        complexity = known
    }
}

// MARK: What somebody changed in a text

extension PlanDraft {
    /// What makes this plan of `other`, where only steps that `other` has, or that are new, are to be what they are here; nil where
    /// nothing does.
    func change(from other: PlanDraft, open: Set<String>) -> PlanChange? {
        var change = PlanChange()
        let names = Set(steps.map(\.name))
        change.drop = other.steps.map(\.name).filter { open.contains($0) && !names.contains($0) }
        for step in steps {
            let before = other.steps.first { $0.name == step.name }
            if let edit = step.edit(from: before) { change.steps.append(edit) }
        }
        let kept = other.steps.map(\.name).filter { open.contains($0) && names.contains($0) }
        let added = steps.map(\.name).filter { name in !other.steps.contains { $0.name == name } }
        let order = steps.map(\.name).filter { open.contains($0) || added.contains($0) }
        if order != kept + added { change.order = order }
        return change.isEmpty ? nil : change
    }
}

extension PlanDraft.Step {
    fileprivate func edit(from other: PlanDraft.Step?) -> PlanChange.Edit? {
        var edit = PlanChange.Edit(name)
        if task != other?.task.trimmingLines { edit.task = task }
        if agent != other?.agent ?? PlanDraft.worker { edit.agent = agent }
        if needs != other?.needs ?? [] { edit.needs = needs }
        if required != other?.required ?? true { edit.required = required }
        if complexity != other?.complexity { edit.complexity = complexity?.rawValue ?? "" }
        if fallback != other?.fallback { edit.fallback = fallback ?? "" }
        if model != other?.model { edit.model = model ?? "" }
        if talk != other?.talk ?? [] { edit.talk = talk }
        if budget != other?.budget ?? BudgetLimits() { edit.budget = budget }
        return edit == PlanChange.Edit(name) ? nil : edit
    }
}
