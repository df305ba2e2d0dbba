internal import LatheVocabulary

/// The subtasks of a session, and its tool calls and questions in the background: which run, which wait, how they ended.
actor SubtaskRegistry {
    struct Entry {
        enum Kind: String {
            case agent, tool, question
        }

        var kind = Kind.agent
        var owner: Place
        var label: String
        var place: Place
        var task: Task<Void, Never>?
        var outcome: SubtaskOutcome?
        var started: ContinuousClock.Instant
        /// Looks how far it is; nil before it has begun.
        var progress: (@Sendable () -> JSONValue)?
        /// What its kernel wants to be told of it again, as it said it.
        var note: JSONValue?
        /// What the words of its server count as, once it was sent.
        var reads: Exposure?
        /// The event that has its outcome. Once that is told the value is there alone, so that a session does not grow with all
        /// that it was ever given.
        var sequence: Int?
        /// Whether its owner's kernel has been given the outcome.
        var isTold = false
        /// Whether it was told to stop, perhaps before it began.
        var isCancelled = false
        /// Whether lathe stopped it, since its owner's work was over.
        var isStopped = false
        /// Whether the cell that began it was undone: nobody needs it any more.
        var isUndone = false
    }

    /// Only the extensions of the registry change them.
    var entries: [Int: Entry] = [:]
    private var places: Set<Place> = []
    private var lastID: Int
    /// Subtasks admitted in this run of the program.
    private(set) var admitted = 0
    private var waiters: [Waiter] = []

    /// A subtask as others see it.
    struct Listed: Sendable, Hashable {
        var id: Int
        var label: String
        var place: Place
        var owner: Place
        var isOpen: Bool
    }

    private struct Waiter {
        /// Those that have no outcome yet.
        var ids: Set<Int>
        /// Whether one of them is enough.
        var any: Bool
        /// Where the code runs that goes on when something urgent comes; nil where it does not.
        var place: Place?
        var resume: CheckedContinuation<Void, Never>
        var number: Int
    }
    private var waiterCount = 0

    /// `places` and `lastID` continue the numbering of earlier program runs, whose outcomes can still be asked for; `calls` are
    /// those of tool calls and questions.
    init(
        places: Set<Place>, lastID: Int, outcomes: [Int: StoredOutcome] = [:], calls: [Int: StoredOutcome] = [:],
        owners: [Int: Place] = [:]
    ) {
        self.places = places
        self.lastID = lastID
        entries = outcomes.mapValues { Self.past($0, .agent, owners[$0.outcome.id]) }
        for (id, stored) in calls {
            entries[id] = Self.past(stored, stored.outcome.place.isOfQuestions ? .question : .tool)
        }
    }

    private static func past(_ stored: StoredOutcome, _ kind: Entry.Kind, _ owner: Place? = nil) -> Entry {
        let outcome = stored.outcome
        return Entry(
            kind: kind, owner: owner ?? outcome.place.parent ?? .coordinator, label: outcome.label,
            place: outcome.place, outcome: outcome, started: .now, sequence: stored.sequence)
    }

    /// The number of the next one.
    func nextID() -> Int {
        lastID += 1
        return lastID
    }

    /// Gives a subtask its number and its place: the label below its owner or another place, with `#2`, `#3` … where that was taken.
    func admit(label: String, owner: Place, below: Place? = nil) -> (id: Int, place: Place) {
        lastID += 1
        admitted += 1
        let place = place(for: label, below: below ?? owner)
        entries[lastID] = Entry(owner: owner, label: label, place: place, started: .now)
        return (lastID, place)
    }

    /// Takes up a subtask of an earlier program run, under its number and in its place.
    func admit(_ past: SubtaskPast, owner: Place, below: Place? = nil) -> Place {
        admitted += 1
        let place = past.started?.place ?? place(for: past.label, below: below ?? owner)
        entries[past.id] = Entry(owner: owner, label: past.label, place: place, started: .now)
        return place
    }

    private func place(for label: String, below owner: Place) -> Place {
        var place = owner.child(label)
        var copy = 2
        // The places of questions and branches are nobody's to take.
        while place.isOfQuestions || place.isOfBranch || !places.insert(place).inserted {
            place = owner.child("\(label)#\(copy)")
            copy += 1
        }
        return place
    }

    func attach(_ task: Task<Void, Never>, to id: Int) {
        entries[id]?.task = task
        if entries[id]?.isCancelled == true { task.cancel() }
    }

    /// Keeps an outcome and wakes who waits for it.
    func finish(_ outcome: SubtaskOutcome) {
        entries[outcome.id]?.outcome = outcome
        // What it was observed by is let go with it.
        if let last = entries[outcome.id]?.progress?() { entries[outcome.id]?.progress = { last } }
        for index in waiters.indices.reversed() where waiters[index].ids.remove(outcome.id) != nil {
            guard waiters[index].any || waiters[index].ids.isEmpty else { continue }
            waiters.remove(at: index).resume.resume()
        }
    }

    /// True where all of `ids` were begun by the kernel at `owner` itself.
    func owns(_ owner: Place, _ ids: [Int]) -> Bool {
        ids.allSatisfy { entries[$0]?.owner == owner }
    }

    /// Whether it is an agent's run under this label, not a call in the background.
    func isAgent(_ id: Int, labelled label: String) -> Bool {
        entries[id].map { $0.kind == .agent && $0.label == label } ?? false
    }

    /// True where all of `ids` were begun by a kernel at `place`, or below it.
    func sees(_ place: Place, _ ids: [Int]) -> Bool {
        ids.allSatisfy { id in
            guard let owner = entries[id]?.owner else { return false }
            return owner.path.starts(with: place.path)
        }
    }

    /// Waits until all of `ids` have an outcome, or `any` of them has, or the time is up, then tells what is known, in the order
    /// of `ids`. Code at `place` also goes on once `isInterrupted` says so and `interruptWait` was called for it.
    func outcomes(
        of ids: [Int], any: Bool = false, within seconds: Double?, at place: Place? = nil,
        isInterrupted: @Sendable () -> Bool = { false }
    ) async -> [SubtaskOutcome] {
        let open = ids.filter { entries[$0]?.outcome == nil }
        if !open.isEmpty, !any || open.count == ids.count, seconds != 0, !isInterrupted() {
            await wait(for: open, any: any, within: seconds, at: place)
        }
        return ids.compactMap { id in
            guard let entry = entries[id] else { return nil }
            return entry.outcome
                ?? SubtaskOutcome(
                    id: id, label: entry.label, place: entry.place, status: .running,
                    seconds: entry.started.duration(to: .now).seconds)
        }
    }

    /// Lets code at a place go on that waits for subtasks.
    func interruptWait(of place: Place) {
        let woken = waiters.filter { $0.place == place }
        waiters.removeAll { $0.place == place }
        for waiter in woken { waiter.resume.resume() }
    }

    /// All subtasks of the session, the newest last.
    var listing: [Listed] {
        entries.sorted { $0.key < $1.key }.map { id, entry in
            Listed(id: id, label: entry.label, place: entry.place, owner: entry.owner, isOpen: entry.outcome == nil)
        }
    }

    private func wait(for ids: [Int], any: Bool, within seconds: Double?, at place: Place?) async {
        waiterCount += 1
        let number = waiterCount
        let timer = seconds.map { seconds in
            Task {
                try? await Task.sleep(for: .seconds(seconds))
                self.wake(number)
            }
        }
        await withCheckedContinuation { continuation in
            waiters.append(Waiter(ids: Set(ids), any: any, place: place, resume: continuation, number: number))
        }
        timer?.cancel()
    }

    private func wake(_ number: Int) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        waiters.remove(at: index).resume.resume()
    }

    func cancel(_ ids: [Int]) {
        for id in ids where entries[id]?.outcome == nil {
            entries[id]?.isCancelled = true
            entries[id]?.task?.cancel()
        }
    }

    /// Cancels everything that runs, or what `owner` started, and waits until all of it has ended and is recorded.
    func cancelAll(of owner: Place? = nil) async {
        let running = entries.filter { $0.value.outcome == nil && (owner == nil || $0.value.owner == owner) }.map(\.key)
        for id in running { entries[id]?.isStopped = true }
        cancel(running)
        for id in running { await entries[id]?.task?.value }
    }

    /// The same, but for these.
    func cancelAll(of owner: Place, but known: Set<Int>) async {
        let running = entries.filter { $0.value.outcome == nil && $0.value.owner == owner && !known.contains($0.key) }
        cancel(Array(running.keys))
        for id in running.keys { await entries[id]?.task?.value }
    }

    /// Everything that has ended in subtasks with a number above `id`, as far as it counts for their task.
    func finished(after id: Int) -> [SubtaskOutcome] {
        entries.filter { $0.key > id }.sorted { $0.key < $1.key }.compactMap(\.value.counted)
    }

    /// The same of what one owner began.
    func finished(of owner: Place) -> [SubtaskOutcome] {
        entries.filter { $0.value.owner == owner }.sorted { $0.key < $1.key }.compactMap(\.value.counted)
    }

    var newestID: Int { lastID }

    /// The places of one owner's subtasks whose numbers are not among `known`.
    func places(of owner: Place, outside known: RangeSet<Int>) -> Set<Place> {
        Set(entries.filter { $0.value.owner == owner && !known.contains($0.key) }.map(\.value.place))
    }
}
