package import LatheVocabulary

/// Work for writers that no cell delegates.
extension SessionEngine {
    /// What became of one job.
    private enum Written: Sendable {
        case saved(SavedCapability)
        /// Its writer says why there is nothing to make.
        case declined(String)
        case failed(OutcomeStatus, String)
    }

    /// Has a writer make a capability for each job, in a subtask of its own, and saves what comes of it, as proposals of the sessions
    /// that the jobs come from.
    ///
    /// `complete` is where each was saved, or declined by its writer with a reason. Cancelling the calling task stops the subtasks and
    /// ends nothing: the outcome is told and not recorded, and the same call in a later program run goes on.
    /// `command` is what the user goes on with.
    /// Where the session was opened to resume the same task, writers that had finished keep their results, and those under way go
    /// on from their own events.
    package func write(
        _ jobs: [WritingJob], as task: String, again command: String? = nil, budget: BudgetLimits = BudgetLimits()
    ) async throws(JournalError) -> TaskOutcome {
        let clock = ContinuousClock.now
        let unfinished = resumed == nil ? nil : past.unfinished
        resumed = nil
        var budget = budget.over(services.limits.budget)
        var mark = Mark(
            spending: spending.total, subtask: await registry.newestID, sequence: services.log.newestSequence)
        answers.begin()
        if let unfinished {
            budget = self.budget(of: unfinished, Resumption(budget: budget))
            mark = self.mark(of: unfinished)
        } else {
            spending.beginTask(budget)
            try await services.log.record(.taskSubmitted(TaskSubmitted(task: task, budget: budget)), at: .coordinator)
        }
        let left = budget.seconds.map { max($0 - mark.seconds, 0) }
        let (ended, isOver) = await withTaskCancellationHandler {
            await TimeLimit.run(seconds: left) { () async -> [Result<Int, HostRefusal>] in
                await self.delegateAndWait(jobs, unfinished)
            }
        } onCancel: {
            delegation.leave.leave()
        }
        await registry.cancelAll()
        var written: [Written] = []
        if !Task.isCancelled {
            await delegation.abandonRest(of: nil, "it is not among what is distilled now")
            for (job, subtask) in zip(jobs, ended) { written.append(try await saved(job, subtask)) }
        }
        if Task.isCancelled { return try await leave(since: mark, clock, command) }
        var outcome = try await outcome(of: .answered(.string(Self.report(jobs, written))), since: mark)
        (outcome.status, outcome.reason) = Self.ending(
            jobs, written, isOver: isOver, hasRoom: try await !wasOutOfBudget(since: mark))
        outcome.seconds = mark.seconds + clock.duration(to: .now).seconds
        outcome.goesOnBy = outcome.status == .complete ? nil : command
        try await services.log.record(.taskFinished(outcome), at: .coordinator)
        try await services.episodes.carry()
        return outcome
    }

    /// What is told of a task that was stopped and is not over.
    private func leave(
        since mark: Mark, _ clock: ContinuousClock.Instant, _ command: String?
    ) async throws(JournalError) -> TaskOutcome {
        var outcome = try await outcome(of: .cancelled, since: mark)
        outcome.goesOnBy = command
        outcome.reason = "stopped by the user; what was done is kept, and the same command goes on with the rest"
        outcome.seconds = mark.seconds + clock.duration(to: .now).seconds
        services.log.show(.taskFinished(outcome), at: .coordinator)
        return outcome
    }

    /// Runs the subtasks to their ends, and gives their numbers, or why one could not begin.
    private func delegateAndWait(
        _ jobs: [WritingJob], _ unfinished: UnfinishedTask?
    ) async -> [Result<Int, HostRefusal>] {
        var begun: [Result<Int, HostRefusal>] = []
        for job in jobs {
            let arguments: JSONValue = [
                "agent": .string(job.writer), "task": .string(job.task), "items": [["label": .string(job.label)]],
            ]
            if let id = await takeUp(job, arguments, of: unfinished) {
                begun.append(.success(id))
            } else {
                begun.append(await begin(arguments))
            }
        }
        await waitForAll(begun.compactMap { try? $0.get() })
        return begun
    }

    /// The writer that an earlier program run set to work on a job: it has completed, or goes on now. Nil where none has.
    private func takeUp(_ job: WritingJob, _ arguments: JSONValue, of unfinished: UnfinishedTask?) async -> Int? {
        guard let (id, outcome) = unfinished?.subtask(of: job.writer, task: job.task) else { return nil }
        if let outcome { return outcome.status == .complete ? id : nil }
        await delegation.takeUp(
            HostCall(name: "delegate", arguments: arguments), answered: ["subtasks": [["id": .integer(id)]]], from: desk
        )
        return id
    }

    /// Begins one subtask that no cell delegates; its number, or why it could not begin.
    func begin(_ arguments: JSONValue, _ slices: [SliceReference] = []) async -> Result<Int, HostRefusal> {
        do throws(HostRefusal) {
            let admitted = try await delegation.delegate(
                try HostArguments(HostCall(name: "delegate", arguments: arguments)), slices: slices, from: desk)
            await delegation.begin(admitted)
            return .success(admitted.runs[0].id)
        } catch {
            return .failure(error)
        }
    }

    /// Returns once all of them have ended; they are stopped where the calling task is cancelled.
    func waitForAll(_ ids: [Int]) async {
        let registry = registry
        await withTaskCancellationHandler {
            // Cancelled before there was anything to cancel.
            if Task.isCancelled { await registry.cancel(ids) }
            _ = await registry.outcomes(of: ids, within: nil)
        } onCancel: {
            Task { await registry.cancel(ids) }
        }
    }

    private func saved(_ job: WritingJob, _ begun: Result<Int, HostRefusal>) async throws(JournalError) -> Written {
        let id: Int
        switch begun {
        case .success(let begun): id = begun
        case .failure(let refusal): return .failed(.notRun, refusal.reason)
        }
        guard let outcome = try await delegation.wholeOutcomes(of: [id]).first else {
            return .failed(.notRun, "it never began")
        }
        guard outcome.status == .complete, let value = outcome.value else {
            return .failed(outcome.status, outcome.reason)
        }
        guard let name = value["name"]?.stringValue, value["source"] != nil else {
            return .declined(value["problem"]?.stringValue?.singleLine(upTo: 300) ?? "it gave no reason")
        }
        if let saved = try await savedBefore(value, job) { return .saved(saved) }
        let saved: SavedCapability
        do throws(HostRefusal) {
            var proposal = try await desk.proposal(
                job.kind, try HostArguments(HostCall(name: "save", arguments: value)))
            (proposal.session, proposal.cells, proposal.writer) = (job.session, job.cells, job.writer)
            saved = try await save(proposal)
        } catch {
            return .failed(.failed, "what was written as \(name.singleLine(upTo: 64)) was refused: \(error.reason)")
        }
        try await services.log.record(.capabilitySaved(saved), at: .coordinator)
        return .saved(saved)
    }

    /// What an earlier program run saved of a job, after which it was killed; nil where it had not come to that.
    private func savedBefore(_ value: JSONValue, _ job: WritingJob) async throws(JournalError) -> SavedCapability? {
        guard let since = past.unfinished?.submitted else { return nil }
        return try await services.log.events(after: since, of: [.capabilitySaved]).lazy.compactMap { event in
            guard case .capabilitySaved(let saved) = event.body, saved.capability.name == value["name"]?.stringValue,
                saved.capability.kind == job.kind, saved.capability.session == job.session
            else { return nil }
            return saved
        }.first
    }

    private func save(_ proposal: CapabilityProposal) async throws(HostRefusal) -> SavedCapability {
        do throws(LibraryError) {
            return try await services.library.save(proposal)
        } catch {
            throw HostRefusal("library", error.reason)
        }
    }

    /// Whether a call to a model found no room in the budget.
    private func wasOutOfBudget(since mark: Mark) async throws(JournalError) -> Bool {
        try await services.log.events(after: mark.sequence, of: [.turnFailed]).contains { event in
            if case .turnFailed(let turn) = event.body { turn.code == .budget } else { false }
        }
    }

    // MARK: What is told

    private static func report(_ jobs: [WritingJob], _ written: [Written]) -> String {
        let lines = zip(jobs, written).map { job, one in
            let label = job.label.singleLine(upTo: 80)
            switch one {
            case .saved(let saved):
                let capability = saved.capability
                return "- \(label): saved as `\(capability.path)` (\(capability.status.rawValue)), from \(job.session)"
            case .declined(let reason): return "- \(label): not written, since its writer says: \(reason)"
            case .failed(let status, let reason):
                return "- \(label): \(status.rawValue.replacing("_", with: " ")), \(reason.singleLine(upTo: 600))"
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func ending(
        _ jobs: [WritingJob], _ written: [Written], isOver: Bool, hasRoom: Bool
    ) -> (OutcomeStatus, String) {
        var failed: [(label: String, status: OutcomeStatus)] = []
        var isAnySaved = false
        for (job, one) in zip(jobs, written) {
            switch one {
            case .saved: isAnySaved = true
            case .declined: break
            case .failed(let status, _): failed.append((job.label, status))
            }
        }
        guard !failed.isEmpty else { return (.complete, "") }
        let labels = failed.prefix(8).map { $0.label.singleLine(upTo: 60) }.joined(separator: ", ")
        let reason = "\(failed.count) of \(jobs.count) were not written: \(labels)"
        if isOver { return (isAnySaved ? .incomplete : .outOfBudget, reason + "; the time is used up") }
        if failed.contains(where: { $0.status == .cancelled }) { return (.cancelled, "stopped by the user") }
        if isAnySaved { return (.incomplete, reason) }
        let isOut = !hasRoom && failed.allSatisfy { $0.status == .outOfBudget || $0.status == .notRun }
        return (isOut ? .outOfBudget : .failed, reason)
    }
}
