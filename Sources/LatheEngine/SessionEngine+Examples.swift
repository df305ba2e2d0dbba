package import LatheVocabulary

/// One run of an agent, for its own sake.
extension SessionEngine {
    /// Runs an agent of the library on an example, in a subtask; the session's own kernel is never started.
    ///
    /// `slice` is the example's data as `examples` of the kernels read it; nil for none. `maxTurns` nil leaves it to the limits.
    package func play(
        _ agent: String, on example: AgentExample, slice: BoundSlice?, budget: BudgetLimits = BudgetLimits()
    ) async throws(JournalError) -> SubtaskOutcome {
        let budget = budget.over(services.limits.budget)
        spending.beginTask(budget)
        answers.begin()
        readLosses()
        try await services.log.record(
            .taskSubmitted(TaskSubmitted(task: "The example \(example.name) of \(agent)", budget: budget)),
            at: .coordinator)
        var item: [String: JSONValue] = ["label": .string(example.label)]
        if let slice {
            var manifest = slice.manifest.objectValue ?? [:]
            manifest["descriptors"] = .array(slice.references.indices.map(JSONValue.integer))
            item["manifest"] = .object(manifest)
        }
        let arguments: JSONValue = [
            "agent": .string(agent), "task": .string(example.task), "items": [.object(item)],
            "returns": example.returns ?? .null,
        ]
        let (outcome, isOver) = await TimeLimit.run(seconds: budget.seconds) { () async -> SubtaskOutcome in
            await self.delegateAndWait(arguments, slice?.references ?? [], label: example.label)
        }
        await registry.cancelAll()
        var ended = outcome
        if isOver { (ended.status, ended.reason) = (.outOfBudget, "the time is used up") }
        return ended
    }

    private func delegateAndWait(
        _ arguments: JSONValue, _ slices: [SliceReference], label: String
    ) async -> SubtaskOutcome {
        let begun = await begin(arguments, slices)
        let registry = registry
        switch begun {
        case .failure(let refusal):
            return SubtaskOutcome(
                id: 0, label: label, place: Place.coordinator.child(label), status: .notRun, reason: refusal.reason)
        case .success(let id):
            await waitForAll([id])
            let none = SubtaskOutcome(
                id: id, label: label, place: Place.coordinator.child(label), status: .notRun, reason: "it never began")
            return await registry.outcomes(of: [id], within: 0).first ?? none
        }
    }
}
