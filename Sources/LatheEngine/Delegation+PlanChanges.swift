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

    /// What a `wait` for steps of a plan goes by; nil where it names no plan.
    func planWait(_ arguments: HostArguments, of owner: Place) async throws(HostRefusal) -> PlanWait? {
        guard let value = arguments.present("plan") else { return nil }
        let running = try HostDesk.RunningPlan(HostArguments(HostCall(name: "wait", arguments: value)))
        let past = try await PlanPast(services.log, at: owner)
        let isMade = past.change(after: running) != nil
        return PlanWait(taken: past.taken[running.number] ?? []) { [changes] in
            isMade || changes.isDue(running.number, at: owner, begun: running.begun)
        }
    }
}

/// How code waits for the steps of its plan: it takes one that has ended at a time, so that what it makes of each comes before the
/// next, and a cell that runs again takes them in the order in which it had.
struct PlanWait: Sendable {
    /// The subtasks whose ends were taken before, in that order.
    var taken: [Int]
    /// Whether the plan's owner wants it to be another.
    var isChanged: @Sendable () -> Bool

    /// The one that is taken next: one that was taken before, else the first.
    func next(of ended: [SubtaskOutcome]) -> SubtaskOutcome? {
        let places = Dictionary(taken.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
        return ended.enumerated().min { left, right in
            let (mine, other) = (places[left.element.id] ?? .max, places[right.element.id] ?? .max)
            return mine == other ? left.offset < right.offset : mine < other
        }?.element
    }
}
