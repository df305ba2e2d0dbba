internal import LatheVocabulary

/// What the registry knows of work in the background.
extension SubtaskRegistry {
    /// Gives tool calls and questions their numbers; none of them where fewer may be open.
    func begin(
        _ calls: [(kind: Entry.Kind, label: String, note: JSONValue?)], owner: Place, atMost most: Int
    ) throws(HostRefusal) -> [(id: Int, place: Place)] {
        let open = openCalls
        guard open + calls.count <= most else {
            throw HostRefusal(
                "limit",
                "\(open) calls are in the background already and \(calls.count) more would be over \(most) "
                    + "(limits.openCalls of lathe.json); wait for some with lathe.wait(…) first")
        }
        return calls.map { call in
            let id = nextID()
            return (id, take(id, call.kind, label: call.label, owner: owner, note: call.note))
        }
    }

    /// Takes one up under its number.
    @discardableResult
    func take(_ id: Int, _ kind: Entry.Kind, label: String, owner: Place, note: JSONValue?) -> Place {
        let place = kind == .question ? owner.question(id) : owner.child("call \(id)")
        entries[id] = Entry(kind: kind, owner: owner, label: label, place: place, started: .now, note: note)
        return place
    }

    /// Tool calls and questions that have no outcome.
    var openCalls: Int { entries.values.count { $0.kind != .agent && $0.outcome == nil } }

    /// From now on `progress` says how far a subtask is.
    func observe(_ id: Int, _ progress: @escaping @Sendable () -> JSONValue) { entries[id]?.progress = progress }

    /// Notes that the kernel of their owner has been given these outcomes. Their values are the journal's from now on.
    func note(told ids: [Int]) {
        for id in ids {
            entries[id]?.isTold = true
            if entries[id]?.sequence != nil { entries[id]?.outcome?.value = nil }
        }
    }

    /// Notes which event has the outcome that is about to be told here.
    func note(_ id: Int, recordedAs event: Event) { entries[id]?.sequence = event.sequence }

    /// Which events have the values of those that have none here, by number.
    func stored(of ids: [Int]) -> [Int: Int] {
        var stored: [Int: Int] = [:]
        for id in ids {
            guard let entry = entries[id], entry.outcome?.value == nil else { continue }
            stored[id] = entry.sequence
        }
        return stored
    }

    /// Notes what the words of a call's server count as, which may come before it has ended.
    func note(_ id: Int, reads: Exposure) { entries[id]?.reads = reads }

    // MARK: What is told with it

    /// What of work a kernel is told.
    enum Telling {
        /// How it stands, and the outcome where it has ended.
        case outcomes
        /// How it stands, and how far it is.
        case listing
        /// The value alone.
        case value
    }

    /// Where words of others can come from with that: from below its own work, whose labels and notes are words of whoever
    /// began it there, from what has ended, and from what a server says of how far it is.
    func sources(
        of ids: [Int], _ telling: Telling, to place: Place
    ) -> [(place: Place, label: String, reads: Exposure?)] {
        ids.compactMap { id in
            guard let entry = entries[id] else { return nil }
            let isForeign = entry.owner != place || telling == .value
            let hasEnded = entry.outcome != nil && telling == .outcomes
            let said = entry.progress?()["message"]?.stringValue ?? ""
            let isHeard = telling == .listing && !said.isEmpty
            guard isForeign || hasEnded || isHeard else { return nil }
            return (entry.place, entry.label, isHeard ? entry.reads : nil)
        }
    }

    func isUndone(_ id: Int) -> Bool { entries[id]?.isUndone == true }

    /// What a kernel at `place` is told of these, or of everything that it began itself, newest first; at most `limit`.
    func listing(_ ids: [Int]?, of place: Place, limit: Int) -> JSONValue {
        let own = ids ?? entries.filter { $0.value.owner == place }.keys.sorted(by: >)
        let shown = own.prefix(limit).compactMap { id in entries[id].map { $0.listed(id) } }
        return ["subtasks": .array(shown), "omitted": .integer(own.count - shown.count)]
    }

    // MARK: Undone cells

    /// Stops what `owner` began outside of `known`, since the cells that did so are undone, and waits until it has ended. Gives
    /// the labels.
    func undo(of owner: Place, outside known: RangeSet<Int>) async -> [String] {
        let running = entries.filter { id, entry in
            entry.outcome == nil && entry.owner == owner && !known.contains(id)
        }.keys.sorted()
        for id in running { entries[id]?.isUndone = true }
        cancel(running)
        for id in running { await entries[id]?.task?.value }
        return running.compactMap { id in entries[id].map { "\($0.label) (subtask://\(id))" } }
    }

    // MARK: What a model is told

    /// One line of a state block: what runs, and what has ended since without having been looked at; nil for neither.
    func background(of owner: Place) -> String? {
        let own = entries.filter { $0.value.owner == owner && !$0.value.isUndone }.sorted { $0.key < $1.key }
        let running = own.filter { $0.value.outcome == nil }
        let ended = own.filter { $0.value.outcome != nil && !$0.value.isTold && $0.value.isOfThisRun }
        guard !running.isEmpty || !ended.isEmpty else { return nil }
        var parts: [String] = []
        if !running.isEmpty { parts.append("\(running.count) run (\(Self.named(running)))") }
        if !ended.isEmpty {
            parts.append("\(ended.count) ended, results not taken (\(Self.named(ended)))")
        }
        return "in the background: \(parts.joined(separator: "; ")); lathe.subtask(URI).result() waits"
    }

    private static func named(_ entries: [(key: Int, value: Entry)]) -> String {
        let listed = entries.prefix(4).map { id, entry in
            let status = entry.outcome.map { $0.status == .complete ? "" : " \($0.status.rawValue)" } ?? ""
            return "subtask://\(id) \(entry.label.singleLine(upTo: 40))\(status)"
        }
        return listed.joined(separator: ", ") + (entries.count > 4 ? ", …" : "")
    }

    /// How many run of what an owner has begun, and the first of them; nil for none.
    func running(of owner: Place, after id: Int = 0) -> String? {
        let running = entries.filter { $0.key > id && $0.value.owner == owner && $0.value.isNeeded }
            .sorted { $0.key < $1.key }
        return running.isEmpty ? nil : "\(running.count) (\(Self.named(running)))"
    }

    /// What of this task's work still runs when its model answers, as the model should be told; nil for nothing.
    func unfinished(of owner: Place, after id: Int = 0) -> String? {
        guard let running = running(of: owner, after: id) else { return nil }
        return
            "Still running in the background: \(running). Take the results, or cancel() what is "
            + "not needed, and answer again. If you answer as it is, they are stopped and the answer counts as incomplete."
    }
}

extension SubtaskRegistry.Entry {
    /// Its outcome, where that says something of its task: a call that ended by itself has told its own code.
    var counted: SubtaskOutcome? {
        guard let outcome, !isUndone else { return nil }
        return kind == .agent || (isStopped && [.cancelled, .notRun].contains(outcome.status)) ? outcome : nil
    }

    fileprivate var isNeeded: Bool { outcome == nil && !isUndone && !isCancelled }

    /// Whether it was begun, or taken up, in this program run.
    fileprivate var isOfThisRun: Bool { task != nil }

    fileprivate func listed(_ id: Int) -> JSONValue {
        let seconds = outcome?.seconds ?? started.duration(to: .now).seconds
        var progress = progress?() ?? [:]
        if let outcome, kind == .agent, self.progress == nil {
            progress = outcome.spentJSON
        }
        return [
            "id": .integer(id), "kind": .string(kind.rawValue), "label": .string(label),
            "status": .string((outcome?.status ?? .running).rawValue), "seconds": .number(seconds),
            "progress": progress, "note": note ?? .null,
        ]
    }
}

extension SubtaskOutcome {
    /// What it used, as `progress` has it.
    fileprivate var spentJSON: JSONValue {
        ["turns": .integer(turns), "tokens": .integer(usage.total), "microdollars": cost.json]
    }
}

extension Cost {
    /// Null where no price is known.
    var json: JSONValue {
        if case .microdollars(let micro) = self { .integer(micro) } else { .null }
    }
}
