/// The ledgers as one place sees them: its own entries, those of everybody below it, and what was said to it.
package struct LedgerView: Sendable, Hashable {
    package let place: Place
    /// The task as it was given.
    package let task: String
    /// The number of the session's task.
    package let number: Int
    package let given: [LedgerEntry]
    package let facts: [LedgerEntry]
    package let guesses: [LedgerEntry]
    package let questions: [LedgerEntry]
    /// The newest plans of the place and of those below it.
    package let plans: [LedgerPlan]
    /// Itself, then those below it.
    package let agents: [LedgerAgent]
    /// What was asked for and has not begun: labels.
    package let waiting: [String]
    /// Entries of the session that went since there were too many.
    package let dropped: Int
    /// Agents below the place, and their entries, that were left out since they know more than the place may.
    package let withheld: Int

    fileprivate init(_ ledger: Ledger, _ place: Place, without isHidden: (Place) -> Bool) {
        let seen = ledger.entries.filter {
            ($0.place.isWithin(place) || $0.to.contains(place)) && !isHidden($0.place)
        }
        func of(_ kind: LedgerEntry.Kind) -> [LedgerEntry] { seen.filter { $0.kind == kind } }
        let within = ledger.order.filter { $0.isWithin(place) }
        self.place = place
        task = ledger.agents[place]?.task ?? ""
        number = ledger.task
        given = ledger.inputEntries(at: place) + of(.given).filter { $0.task == ledger.task }
        (facts, guesses, questions) = (of(.fact), of(.guess), of(.question))
        plans = ledger.plans.filter { $0.place.isWithin(place) && !isHidden($0.place) }
        agents = within.filter { !isHidden($0) }.compactMap { ledger.agents[$0] }
        withheld = within.count - agents.count
        waiting = ledger.waiting.values.filter { $0.owner.isWithin(place) }.sorted { $0.id < $1.id }.map(\.label)
        dropped = ledger.dropped
    }
}

extension Ledger {
    /// What a place may see of the ledgers.
    package func view(of place: Place) -> LedgerView { LedgerView(self, place) { _ in false } }

    /// The same without words of those who have read what the place itself has not: for a text that its model is shown.
    package func safeView(of place: Place) -> LedgerView {
        LedgerView(self, place) { $0 != place && knowsMore($0, than: place) }
    }

    /// How it goes at a place; nil where nobody works there.
    package func progress(at place: Place) -> PlaceProgress? { agents[place]?.progress }

    /// The number of the next note of a place, and whether it may make one more in its task.
    package func nextNote(at place: Place) -> (number: Int, hasRoom: Bool) {
        ((newestNotes[place] ?? 0) + 1, (notesInTask[place] ?? 0) < LedgerLimits.notesOfPlace)
    }

    fileprivate func inputEntries(at place: Place) -> [LedgerEntry] {
        guard place == .coordinator else { return [] }
        return inputs.map {
            LedgerEntry(
                kind: .given, text: "\($0.name): \($0.format.rawValue)", place: place, source: .input, task: task,
                sequence: 0)
        }
    }
}

// MARK: Progress

extension LedgerView {
    /// The heads of the progress ledger: of the plan's steps where there is a plan, else of the subtasks.
    package struct Heads: Sendable, Hashable {
        package var done: [String] = []
        package var inProgress: [String] = []
        package var stalled: [String] = []
        /// Ended without a result, and not done again since.
        package var failed: [String] = []
        package var next: [String] = []

        package var isEmpty: Bool { [done, inProgress, stalled, failed, next].allSatisfy(\.isEmpty) }
    }

    package var heads: Heads {
        var heads = Heads()
        for plan in plans { for step in plan.steps { heads.add(step) } }
        let planned = Set(plans.flatMap { $0.steps.flatMap(\.subtasks) })
        for agent in agents where agent.place != place && !agent.isIn(planned) { heads.add(agent) }
        heads.next += waiting.filter { !heads.inProgress.contains($0) && !heads.next.contains($0) }
        if let own = agents.first, own.place == place, own.state == .stalled {
            heads.stalled.insert(own.label, at: 0)
        }
        heads.failed.removeAll { heads.done.contains($0) }
        return heads
    }
}

extension LedgerView.Heads {
    fileprivate mutating func add(_ step: LedgerPlan.Step) {
        let name = step.plan.name
        switch step.changed?.state {
        case .complete: done.append(name)
        case .running: inProgress.append(name)
        case .stalled: stalled.append(name)
        case .failed, .notRun: failed.append(name)
        case .ready, nil: next.append(name)
        }
    }

    fileprivate mutating func add(_ agent: LedgerAgent) {
        switch agent.state {
        case .complete: done.append(agent.label)
        case .running: inProgress.append(agent.label)
        case .stalled: stalled.append(agent.label)
        case .ended: failed.append(agent.label)
        case .next: next.append(agent.label)
        }
    }

    package var json: JSONValue {
        .object(lists.mapValues { .array($0.suffix(LedgerLimits.told).map { .string($0) }) })
    }

    /// How many of each are not in that, the earlier ones.
    fileprivate var omitted: [String: JSONValue] {
        lists.mapValues { .integer(max($0.count - LedgerLimits.told, 0)) }
    }

    private var lists: [String: [String]] {
        ["done": done, "in_progress": inProgress, "stalled": stalled, "failed": failed, "next": next]
    }
}

extension LedgerAgent {
    fileprivate func isIn(_ subtasks: Set<Int>) -> Bool { subtask.map(subtasks.contains) ?? false }
}

// MARK: JSON

extension LedgerView {
    /// In the form in which code and `--json` get it: the newest of each kind, and how many were left out.
    package func json(upTo most: Int = .max) -> JSONValue {
        func some<T>(_ all: [T], _ json: (T) -> JSONValue) -> JSONValue { .array(all.suffix(most).map(json)) }
        func left(_ count: Int) -> JSONValue { .integer(max(count - most, 0)) }
        let omitted: [String: JSONValue] = [
            "given": left(given.count), "facts": left(facts.count), "guesses": left(guesses.count),
            "questions": left(questions.count), "plans": left(plans.count), "agents": left(agents.count),
            "earlier": .integer(dropped), "task": .integer(max(task.count - LedgerLimits.taskCharacters, 0)),
        ]
        let heads = heads
        return [
            "place": .string(place.description), "task": .string(String(task.prefix(LedgerLimits.taskCharacters))),
            "number": .integer(number), "given": some(given, \.json), "facts": some(facts, \.json),
            "guesses": some(guesses, \.json), "questions": some(questions, \.json), "plans": some(plans, \.json),
            "agents": .array(newestAgents(most).map(\.json)), "progress": heads.json,
            "omitted": .object(omitted.merging(heads.omitted) { first, _ in first }),
        ]
    }

    /// Its own row, and the newest of the others.
    private func newestAgents(_ most: Int) -> [LedgerAgent] {
        guard agents.count > most, most > 0, let own = agents.first, own.place == place else {
            return agents.suffix(most)
        }
        return [own] + agents.suffix(most - 1)
    }
}
