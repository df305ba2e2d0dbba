package import LatheVocabulary

/// Compares a replayed session with the recorded one: what each cell printed, returned, raised and left behind, and how
/// subtasks and tasks ended. What differs from run to run by nature is left out by the rules of `ComparableText`.
package struct RunComparison: Sendable {
    private struct Run {
        var cells: [Place: [Int: (cell: Cell, result: CellResult?)]] = [:]
        var order: [(place: Place, number: Int)] = []
        var subtasks: [Place: SubtaskOutcome] = [:]
        var tasks: [TaskOutcome] = []
        var text: ComparableText

        init(_ events: [Event]) {
            text = ComparableText(from: events.first?.time ?? 0, to: events.last?.time ?? 0)
            for event in events {
                switch event.body {
                case .cellStarted(let cell):
                    if cells[event.place]?[cell.number] == nil { order.append((event.place, cell.number)) }
                    cells[event.place, default: [:]][cell.number] = (cell, nil)
                case .cellFinished(let result): cells[event.place]?[result.number]?.result = result
                case .subtaskFinished(let outcome): subtasks[outcome.place] = outcome
                case .taskFinished(let outcome): tasks.append(outcome)
                default: break
                }
            }
        }
    }

    private typealias Difference = ReplayCompared.Difference
    private let recorded: Run
    private let replayed: Run

    package init(recorded: [Event], replayed: [Event]) {
        self.recorded = Run(recorded)
        self.replayed = Run(replayed)
    }

    package func compared(from name: String) -> ReplayCompared {
        var all: [Difference] = recorded.order.flatMap { place, number -> [Difference] in
            guard let old = recorded.cells[place]?[number] else { return [] }
            guard let new = replayed.cells[place]?[number] else {
                return [Difference(place: place, cell: number, what: "cell", lines: ["- ran", "+ did not run"])]
            }
            return differences(old, new, place)
        }
        for (place, number) in replayed.order where recorded.cells[place]?[number] == nil {
            all.append(Difference(place: place, cell: number, what: "cell", lines: ["- did not run", "+ ran"]))
        }
        all += subtaskDifferences + taskDifferences
        let kept = Array(all.prefix(ReplayCompared.maximum))
        return ReplayCompared(
            from: name, cells: recorded.order.count, subtasks: recorded.subtasks.count, tasks: recorded.tasks.count,
            differences: kept, omitted: all.count - kept.count)
    }

    // MARK: Cells

    private func differences(
        _ old: (cell: Cell, result: CellResult?), _ new: (cell: Cell, result: CellResult?), _ place: Place
    ) -> [Difference] {
        var found: [Difference] = []
        func compare(_ what: String, _ before: String, _ after: String) {
            let lines = LineDifference(recorded.text.comparable(before), replayed.text.comparable(after)).lines
            if !lines.isEmpty {
                found.append(Difference(place: place, cell: old.cell.number, what: what, lines: lines))
            }
        }
        compare("code", old.cell.code, new.cell.code)
        // A cell that never finished, or was stopped from outside, says nothing of what it would have done.
        guard let before = old.result, let after = new.result, !before.wasStopped else { return found }
        compare("status", before.status.rawValue, after.status.rawValue)
        compare("stdout", before.stdout.shown, after.stdout.shown)
        compare("stderr", before.stderr.shown, after.stderr.shown)
        compare("value", before.value.shown, after.value.shown)
        compare("error", before.failure.shown, after.failure.shown)
        compare("artifacts", before.artifacts.shown, after.artifacts.shown)
        return found + variableDifferences(before, after, place)
    }

    private func variableDifferences(_ old: CellResult, _ new: CellResult, _ place: Place) -> [Difference] {
        let before = Dictionary(old.variables.items.map { ($0.name, $0.form) }) { first, _ in first }
        let after = Dictionary(new.variables.items.map { ($0.name, $0.form) }) { first, _ in first }
        return Set(before.keys).union(after.keys).sorted().compactMap { name in
            // A listing that is cut may leave out another variable each time.
            guard before[name] != after[name],
                before[name] != nil || old.variables.omitted == 0, after[name] != nil || new.variables.omitted == 0
            else { return nil }
            let lines = [
                before[name].map { "- \($0)" } ?? "- is not there", after[name].map { "+ \($0)" } ?? "+ is not there",
            ]
            return Difference(place: place, cell: old.number, what: "variable \(name)", lines: lines)
        }
    }

    // MARK: Outcomes

    private var subtaskDifferences: [Difference] {
        recorded.subtasks.sorted { $0.value.id < $1.value.id }.compactMap { place, old in
            guard let new = replayed.subtasks[place] else {
                return Difference(place: place, what: "subtask", lines: ["- ran", "+ did not run"])
            }
            return outcome(place, (old.status, old.value.shown), (new.status, new.value.shown))
        }
    }

    private var taskDifferences: [Difference] {
        recorded.tasks.enumerated().compactMap { index, old in
            guard replayed.tasks.indices.contains(index) else {
                return Difference(place: .coordinator, what: "task \(index + 1)", lines: ["- ran", "+ did not run"])
            }
            let new = replayed.tasks[index]
            return outcome(.coordinator, (old.status, old.answer), (new.status, new.answer))
        }
    }

    /// How something ended. What was stopped from outside (by a user, a limit of time or turns) is stopped there again.
    private func outcome(
        _ place: Place, _ old: (status: OutcomeStatus, text: String), _ new: (status: OutcomeStatus, text: String)
    ) -> Difference? {
        let wasStopped = old.status.isFromOutside && new.status.isFromOutside
        let before = (wasStopped ? "" : "\(old.status.rawValue)\n") + old.text
        let after = (wasStopped ? "" : "\(new.status.rawValue)\n") + new.text
        let lines = LineDifference(recorded.text.comparable(before), replayed.text.comparable(after)).lines
        return lines.isEmpty ? nil : Difference(place: place, what: "outcome", lines: lines)
    }
}

extension OutcomeStatus {
    fileprivate var isFromOutside: Bool { [.cancelled, .incomplete, .outOfBudget, .notRun, .running].contains(self) }
}

extension CellResult {
    /// Interrupted by a user or a limit of time: it is stopped after the same time again, wherever it is then.
    package var wasStopped: Bool { status == .interrupted || failure?.type == "CellTimeout" }
}

extension CapturedText {
    /// What the journal has of it: of more than 16 KiB the beginning and the end.
    fileprivate var shown: String { file == nil ? head : head + "\n…\n" + tail }
}

extension CellResult.Value? {
    fileprivate var shown: String {
        map { "\($0.type)\n\($0.text.file == nil ? $0.text.head : $0.text.head + "\n…\n" + $0.text.tail)" } ?? ""
    }
}

extension CellResult.Failure? {
    fileprivate var shown: String { map { "\($0.type): \($0.message)" } ?? "" }
}

extension [Artifact] {
    /// Names and kinds: pictures of the same data are not the same bytes on every machine.
    fileprivate var shown: String { map { "\($0.name) (\($0.mime))" }.joined(separator: "\n") }
}

extension JSONValue? {
    fileprivate var shown: String { map(\.text) ?? "" }
}

extension Variable {
    /// Type, shape and columns: never a value, and no size in memory, which differs.
    fileprivate var form: String {
        let shape = shape.isEmpty ? "" : " " + shape.map(String.init).joined(separator: " × ")
        let columns = columns.isEmpty ? "" : ": " + columns.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
        return type + shape + columns
    }
}
