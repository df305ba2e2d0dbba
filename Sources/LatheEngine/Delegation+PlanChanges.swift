internal import LatheVocabulary

/// Code that waits for steps of a plan goes on when its owner changes the plan.
extension Delegation {
    /// Takes cells and changes of plans from the owner while turns of a place are under way.
    func openForOwner(_ place: Place) {
        cells.open(place)
        changes.open(place)
    }

    /// Takes none any more; who waits is told.
    func closeForOwner(_ place: Place) {
        cells.close(place)
        changes.close(place)
    }

    /// Says whether a change is due of the plan that a `wait` names; always false where it names none.
    func changeDue(
        _ arguments: HostArguments, of owner: Place
    ) async throws(HostRefusal) -> @Sendable () -> Bool {
        guard let value = arguments.present("plan") else { return { false } }
        let running = try HostDesk.RunningPlan(HostArguments(HostCall(name: "wait", arguments: value)))
        let isMade = try await PlanPast(services.log, at: owner).change(after: running) != nil
        return { [changes] in
            isMade || changes.isDue(running.number, at: owner, begun: running.begun)
        }
    }
}
