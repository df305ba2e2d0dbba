internal import LatheVocabulary

/// A task of the coordinator's that was submitted and has no end in the journal: what a later program run needs to go on.
package struct UnfinishedTask: Sendable {
    package let task: String
    /// What it may use, as the user has changed it meanwhile.
    private(set) var budget: BudgetLimits
    let maxTurns: Int?
    /// Whether the user sees its plans first.
    package let reviewsPlans: Bool
    /// The number of the event that submitted it, and the newest subtask before it.
    let submitted: Int
    let subtasksBefore: Int
    private(set) var spending = TaskSpending()
    /// Seconds that lathe worked on it.
    private(set) var seconds: Double = 0
    private(set) var outcomes: [Int: SubtaskOutcome] = [:]
    private var started: [Int: SubtaskStarted] = [:]
    private var calls = OpenCalls()
    private var delegated: [Int: (label: String, owner: Place)] = [:]
    private var places: [Place: PlacePast] = [:]
    /// Seconds of each place's work, and its newest event in the program run under way.
    private var worked: [Place: (seconds: Double, last: Double?)] = [:]
    private var requests: [Place: ModelRequest] = [:]
    /// Replies to questions, by the place that asked, of cells that have not finished.
    private var replies: [Place: [(ModelRequest, ModelReply)]] = [:]
    private var lastTime: Double

    init(_ submitted: TaskSubmitted, at event: Event, subtasksBefore: Int) {
        task = submitted.task
        budget = submitted.budget ?? BudgetLimits()
        maxTurns = submitted.maxTurns
        reviewsPlans = submitted.reviewsPlans ?? false
        self.submitted = event.sequence
        self.subtasksBefore = subtasksBefore
        lastTime = event.time
    }

    mutating func apply(_ event: Event) {
        spending.apply(event)
        calls.apply(event)
        count(event)
        switch event.body {
        case .subtaskStarted(let subtask):
            started[subtask.id] = subtask
            // One that no cell delegated has no answer that names it.
            if delegated[subtask.id] == nil, let owner = subtask.place.parent {
                delegated[subtask.id] = (subtask.label, owner)
            }
        case .subtaskFinished(let outcome): outcomes[outcome.id] = outcome
        case .steppedIn(let step) where step.agent == .coordinator: budget = step.budget ?? budget
        case .hostAnswered(let answered) where answered.name == "delegate":
            for item in answered.value?["subtasks"]?.arrayValue ?? [] {
                if let id = item["id"]?.integerValue {
                    delegated[id] = (item["label"]?.stringValue ?? "\(id)", event.place)
                }
            }
        case .cellFinished:
            // Whatever it and its branches had asked, it has got.
            replies = replies.filter { !$0.key.isQuestion(of: event.place) }
        case .backgroundFinished(let outcome): replies[outcome.place] = nil
        default: break
        }
        keepQuestion(event)
        guard event.place != .coordinator else { return }
        keepPlace(event)
    }

    /// A clock that was set back, or leapt, counts as no time.
    private mutating func count(_ event: Event) {
        defer { lastTime = event.time }
        if case .sessionOpened = event.body {
            for place in worked.keys { worked[place]?.last = nil }
            return
        }
        if case .taskResumed = event.body { return }
        seconds += Self.step(from: lastTime, to: event.time)
    }

    /// The time between two events of a program run; none where the machine's clock was set between them, which events of earlier
    /// versions follow.
    private static func step(from last: Double, to time: Double) -> Double {
        let step = time - last
        return step > 0 && step < 86_400 ? step : 0
    }

    private mutating func keepQuestion(_ event: Event) {
        guard event.place.isOfQuestions else { return }
        switch event.body {
        case .turnStarted(let turn): requests[event.place] = turn.request
        case .turnFinished(let finished):
            guard let request = requests.removeValue(forKey: event.place) else { return }
            replies[event.place, default: []].append((request, finished.reply))
        default: break
        }
    }

    private mutating func keepPlace(_ event: Event) {
        let place = event.place
        let (seconds, last) = worked[place] ?? (0, nil)
        worked[place] = (seconds + Self.step(from: last ?? event.time, to: event.time), event.time)
        places[place, default: PlacePast(place)].apply(event.body)
        if place.path.last == "ask", let parent = place.parent, parent != .coordinator {
            places[parent, default: PlacePast(parent)].applyQuestion(event.body)
        }
    }

    // MARK: What is left

    /// What was delegated and has no outcome.
    private var open: [SubtaskPast] {
        delegated.filter { outcomes[$0.key] == nil }.sorted { $0.key < $1.key }.map { id, made in
            let (label, owner) = made
            guard let started = started[id] else { return SubtaskPast(id: id, label: label, owner: owner) }
            let place = started.place
            return SubtaskPast(
                id: id, label: label, owner: owner, started: started, own: places[place],
                spending: spending.sum(below: place),
                used: spending.used(below: place), seconds: worked[place]?.seconds ?? 0)
        }
    }

    /// The newest subtask of an agent with a task, which the coordinator's place has; its outcome where it has ended.
    func subtask(of agent: String, task: String) -> (id: Int, outcome: SubtaskOutcome?)? {
        let found = started.values.filter {
            $0.agent.name == agent && $0.task == task && $0.place.parent == .coordinator
        }
        return found.map(\.id).max().map { ($0, outcomes[$0]) }
    }

    func work() -> UnfinishedWork {
        UnfinishedWork(
            subtasks: open, calls: calls.calls.values.sorted { $0.id < $1.id },
            replies: PaidReplies(replies.values.flatMap { $0 }))
    }

    /// What is done when the task is gone on with.
    func resumption(of own: PlacePast, repeating repeated: [HostCalled]) -> TaskResumed {
        let open = open
        let possiblySpent = spending.openAmounts
        return TaskResumed(
            task: task, cell: own.position.underWay?.number,
            recordedCalls: own.position.calls.entries.count { $0.answered != nil },
            repeated: repeated.map(\.title), resent: spending.openTurns,
            possiblySpent: possiblySpent.isEmpty ? nil : possiblySpent.byName,
            finishedSubtasks: outcomes.count + calls.finished, openSubtasks: open.count + calls.calls.count)
    }

    /// Calls with effects outside of the session of which nobody knows whether they happened.
    func unknown(of own: PlacePast) -> [HostCalled] {
        ([own.position] + open.compactMap(\.own?.position)).flatMap { $0.underWay == nil ? [] : $0.calls.unknown }
    }
}

extension Place {
    /// Whether questions asked here are those of a kernel's cells at `other`, or of their branches.
    fileprivate func isQuestion(of other: Place) -> Bool {
        guard let asker = parent, !isOfBackgroundQuestion else { return false }
        if asker == other { return true }
        return asker.parent == other && asker.isOfBranch
    }
}
