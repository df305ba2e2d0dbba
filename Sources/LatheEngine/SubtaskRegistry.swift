internal import LatheVocabulary

/// The subtasks of a session: which run, which wait, how they ended.
actor SubtaskRegistry {
    private struct Entry {
        var owner: Place
        var label: String
        var place: Place
        var task: Task<Void, Never>?
        var outcome: SubtaskOutcome?
        var started: ContinuousClock.Instant
    }

    private var entries: [Int: Entry] = [:]
    private var places: Set<Place> = []
    private var lastID: Int
    /// Subtasks admitted in this run of the program.
    private(set) var admitted = 0
    private var waiters: [Waiter] = []

    private struct Waiter {
        var ids: Set<Int>
        var resume: CheckedContinuation<Void, Never>
        var number: Int
    }
    private var waiterCount = 0

    /// `places` and `lastID` continue the numbering of earlier program runs, whose outcomes can still be asked for.
    init(places: Set<Place>, lastID: Int, outcomes: [Int: SubtaskOutcome] = [:]) {
        self.places = places
        self.lastID = lastID
        entries = outcomes.mapValues { outcome in
            Entry(
                owner: outcome.place.parent ?? .coordinator, label: outcome.label, place: outcome.place,
                outcome: outcome, started: .now)
        }
    }

    /// Gives a subtask its number and its place: the label below its owner, with `#2`, `#3` … where that was taken.
    func admit(label: String, owner: Place) -> (id: Int, place: Place) {
        lastID += 1
        admitted += 1
        let place = place(for: label, below: owner)
        entries[lastID] = Entry(owner: owner, label: label, place: place, started: .now)
        return (lastID, place)
    }

    /// Takes up a subtask of an earlier program run, under its number and in its place.
    func admit(_ past: SubtaskPast, owner: Place) -> Place {
        admitted += 1
        let place = past.started?.place ?? place(for: past.label, below: owner)
        entries[past.id] = Entry(owner: owner, label: past.label, place: place, started: .now)
        return place
    }

    private func place(for label: String, below owner: Place) -> Place {
        var place = owner.child(label)
        var copy = 2
        while !places.insert(place).inserted {
            place = owner.child("\(label)#\(copy)")
            copy += 1
        }
        return place
    }

    func attach(_ task: Task<Void, Never>, to id: Int) {
        entries[id]?.task = task
    }

    /// Keeps an outcome and wakes who waits for it.
    func finish(_ outcome: SubtaskOutcome) {
        entries[outcome.id]?.outcome = outcome
        let isDone = { (waiter: Waiter) in waiter.ids.allSatisfy { self.entries[$0]?.outcome != nil } }
        for waiter in waiters where isDone(waiter) { waiter.resume.resume() }
        waiters.removeAll(where: isDone)
    }

    /// True where all of `ids` were started by `owner`.
    func owns(_ owner: Place, _ ids: [Int]) -> Bool {
        ids.allSatisfy { entries[$0]?.owner == owner }
    }

    /// Waits until all of `ids` have an outcome or the time is up, then tells what is known, in the order of `ids`.
    func outcomes(of ids: [Int], within seconds: Double?) async -> [SubtaskOutcome] {
        if ids.contains(where: { entries[$0]?.outcome == nil }), seconds != 0 { await wait(for: ids, within: seconds) }
        return ids.compactMap { id in
            guard let entry = entries[id] else { return nil }
            return entry.outcome
                ?? SubtaskOutcome(
                    id: id, label: entry.label, place: entry.place, status: .running,
                    seconds: entry.started.duration(to: .now).seconds)
        }
    }

    private func wait(for ids: [Int], within seconds: Double?) async {
        waiterCount += 1
        let number = waiterCount
        let timer = seconds.map { seconds in
            Task {
                try? await Task.sleep(for: .seconds(seconds))
                self.wake(number)
            }
        }
        await withCheckedContinuation { continuation in
            waiters.append(Waiter(ids: Set(ids), resume: continuation, number: number))
        }
        timer?.cancel()
    }

    private func wake(_ number: Int) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        waiters.remove(at: index).resume.resume()
    }

    func cancel(_ ids: [Int]) {
        for id in ids where entries[id]?.outcome == nil { entries[id]?.task?.cancel() }
    }

    /// Cancels everything that runs, or what `owner` started, and waits until all of it has ended and is recorded.
    func cancelAll(of owner: Place? = nil) async {
        let running = entries.filter { $0.value.outcome == nil && (owner == nil || $0.value.owner == owner) }.map(\.key)
        cancel(running)
        for id in running { await entries[id]?.task?.value }
    }

    /// The same, but for these.
    func cancelAll(of owner: Place, but known: Set<Int>) async {
        let running = entries.filter { $0.value.outcome == nil && $0.value.owner == owner && !known.contains($0.key) }
        cancel(Array(running.keys))
        for id in running.keys { await entries[id]?.task?.value }
    }

    /// Subtasks of one owner that have no outcome yet.
    func openCount(of owner: Place) -> Int {
        entries.values.count { $0.owner == owner && $0.outcome == nil }
    }

    /// Everything that has ended in subtasks with a number above `id`.
    func finished(after id: Int) -> [SubtaskOutcome] {
        entries.filter { $0.key > id }.sorted { $0.key < $1.key }.compactMap(\.value.outcome)
    }

    /// Everything that has ended of what one owner began.
    func finished(of owner: Place) -> [SubtaskOutcome] {
        entries.filter { $0.value.owner == owner }.sorted { $0.key < $1.key }.compactMap(\.value.outcome)
    }

    var newestID: Int { lastID }

    /// The places of one owner's subtasks whose numbers are not among `known`.
    func places(of owner: Place, outside known: RangeSet<Int>) -> Set<Place> {
        Set(entries.filter { $0.value.owner == owner && !known.contains($0.key) }.map(\.value.place))
    }
}
