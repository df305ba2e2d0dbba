internal import LatheVocabulary

/// Subtasks of an earlier program run.
extension Delegation {
    /// What a `delegate` call has admitted and not begun.
    struct Admitted: Sendable {
        var value: JSONValue
        var runs: [SubtaskRun]
        var parallel: Int
        var depth: Int
    }

    /// Lets admitted subtasks begin, each when there is room for it.
    func begin(_ admitted: Admitted) async {
        permit(admitted)
        let callGate = AsyncGate(admitted.parallel)
        for run in admitted.runs {
            let isSpecialist = run.asker != nil
            let agentGate = await agentGates.gate(
                of: run.plan.agent, at: admitted.depth, isSpecialist: isSpecialist)
            let depths = isSpecialist ? specialistGates : self.gates
            let gates = [callGate, agentGate, depths[admitted.depth]].compactMap { $0 }
            let task = Task { await self.run(run, through: gates) }
            await registry.attach(task, to: run.id)
        }
    }

    /// A `delegate` call that was answered in an earlier program run is made again, by a cell that runs again: those of its
    /// subtasks that have no outcome go on, with the slices that came along now. The others keep their outcomes.
    func takeUp(_ call: HostCall, answered value: JSONValue, from desk: HostDesk) async {
        let subtasks = value["subtasks"]?.arrayValue ?? []
        var open: [(index: Int, past: SubtaskPast)] = []
        for (index, subtask) in subtasks.enumerated() {
            guard let id = subtask["id"]?.integerValue, let past = past.take(id) else { continue }
            open.append((index, past))
        }
        guard !open.isEmpty else { return }
        do throws(HostRefusal) {
            let giver = try await giver(of: try HostArguments(call), desk, isAgain: true)
            let plan = try await plan(giver, call.slices)
            guard plan.items.count == subtasks.count else {
                throw HostRefusal("invalid_arguments", "the call hands over other slices than the first time")
            }
            var runs: [SubtaskRun] = []
            for (index, past) in open {
                let place = await registry.admit(past, owner: desk.place, below: giver.place)
                var run = SubtaskRun(
                    id: past.id, label: past.label, place: place, plan: plan, slice: plan.items[index].slice,
                    services: services, delegation: self, parent: giver.spending)
                (run.past, run.asker) = (past, giver.asker)
                runs.append(run)
            }
            await begin(
                Admitted(value: value, runs: runs, parallel: plan.parallel, depth: giver.place.depth))
        } catch {
            for (_, past) in open { await abandon(past, error.reason) }
        }
    }

    /// Ends what no cell of `owner`, or of anybody, has taken up: nobody could give it its slice again.
    /// Gives their labels.
    @discardableResult
    func abandonRest(
        of owner: Place?, _ reason: String = "the cell that delegated it did not do so again"
    ) async -> [String] {
        let rest = past.takeRest(of: owner)
        if owner == nil { await abandonCalls(below: nil, reason) }
        for past in rest { await abandon(past, "lathe ended while it was under way, and \(reason)") }
        return rest.map(\.label)
    }

    private func abandon(_ past: SubtaskPast, _ reason: String) async {
        let place = await registry.admit(past, owner: past.owner)
        let outcome = SubtaskOutcome(
            id: past.id, label: past.label, place: place, status: past.started == nil ? .notRun : .cancelled,
            reason: reason, turns: past.spending.turns, usage: past.spending.usage, cost: past.spending.cost,
            seconds: past.seconds)
        // A journal that cannot be written stops the work at its next record.
        if let event = try? await services.log.record(.subtaskFinished(outcome), at: place) { bus.take(event) }
        await abandonCalls(below: place, "the subtask that began it does not go on")
        await registry.finish(outcome)
    }
}
