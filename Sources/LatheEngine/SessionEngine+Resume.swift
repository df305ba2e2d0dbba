package import LatheVocabulary

/// What a session is opened for.
package enum OpeningIntent: Sendable {
    /// New tasks, or cells of the user's own.
    case begin
    /// Going on with the task that has no end.
    case resume(Resumption)
}

/// How a task that has no end is gone on with.
package struct Resumption: Sendable {
    /// The calls of unknown outcome that the user agreed to repeat: all of `SessionPast.unknownCalls`, shown before.
    package var agreed: [HostCalled]
    /// Both replace what the task was submitted with where they say something; what it had used counts on.
    package var maxTurns: Int?
    package var budget: BudgetLimits

    package init(agreed: [HostCalled] = [], maxTurns: Int? = nil, budget: BudgetLimits = BudgetLimits()) {
        self.agreed = agreed
        self.maxTurns = maxTurns
        self.budget = budget
    }
}

extension SessionEngine {
    /// Goes on with the unfinished task that `open` took up, and returns its outcome; nil where there is none.
    ///
    /// A reply that arrived is not asked for again: its cells that did not run yet are run.
    package func resume() async throws(JournalError) -> TaskOutcome? {
        guard let unfinished = past.unfinished, let resumption, resumed != nil else { return nil }
        let budget = budget(of: unfinished, resumption)
        let position = past.own.position
        answers.begin(at: position)
        if position.underWay == nil { try await seat.abandonSubtasks() }
        let mark = mark(of: unfinished)
        resumed = nil
        let limit = resumption.maxTurns ?? unfinished.maxTurns ?? services.limits.coordinatorTurns
        return try await finish(since: mark, turns: limit, within: budget.seconds, from: position)
    }

    /// Writes down what is done about what had been under way, before any of it is.
    func takeUp(_ unfinished: UnfinishedTask, _ resumption: Resumption) async throws(JournalError) {
        self.resumption = resumption
        spending.resumeTask(
            budget(of: unfinished, resumption), used: unfinished.spending.used(below: .coordinator),
            sum: unfinished.spending.sum(below: .coordinator))
        delegation.past.open()
        for outcome in unfinished.outcomes.values.sorted(by: { $0.id < $1.id }) {
            services.log.show(.subtaskFinished(outcome), at: outcome.place)
        }
        let resumed = unfinished.resumption(of: past.own, repeating: resumption.agreed)
        let event = EventBody.taskResumed(resumed)
        try await services.log.record(event, at: .coordinator)
        await seat.note(event)
        self.resumed = resumed
    }

    /// Where the engine stood when the unfinished task began.
    func mark(of unfinished: UnfinishedTask) -> Mark {
        Mark(
            spending: Spending.Sum(), subtask: unfinished.subtasksBefore, sequence: unfinished.submitted,
            seconds: unfinished.seconds)
    }

    func budget(of unfinished: UnfinishedTask, _ resumption: Resumption) -> BudgetLimits {
        resumption.budget.over(unfinished.budget).over(services.limits.budget)
    }
}
