package import LatheVocabulary

/// A session at work: its kernel, its conversation and its subtasks, from opening to closing.
///
/// One task or cell at a time; a second one waits for nobody and is refused by the caller's own order. All that happens goes
/// through the event log.
package actor SessionEngine {
    let services: EngineServices
    let past: SessionPast
    let registry: SubtaskRegistry
    let delegation: Delegation
    let answers = AnswerBox(returns: nil)
    nonisolated let spending: Spending
    let desk: HostDesk
    let plan: MemoryPlan
    /// The cells that `open` runs again, where the saved memory is whole.
    package nonisolated let cellsToRebuild: Int
    let seat: KernelSeat
    private var transcript: Transcript
    /// What was decided when the unfinished task was taken up; nil where none was.
    var resumed: TaskResumed?
    var resumption: Resumption?
    /// What the conversation's requests measured, from task to task.
    private let meter = InputMeter()
    private var lossReader: Task<Void, Never>?
    /// Where the task under way began; nil between tasks.
    private(set) var underWay: Mark?

    /// Makes an engine over what the journal holds; nothing starts before `open`.
    package init(services: EngineServices, past: SessionPast) {
        self.services = services
        self.past = past
        plan = MemoryPlan(past, services.memory)
        cellsToRebuild = past.cellsToRebuild(after: plan.saves.first?.path.count ?? 0)
        transcript = past.transcript
        spending = Spending(rest: services.limits.accountRest)
        registry = SubtaskRegistry(
            places: past.places, lastID: past.lastSubtask, outcomes: past.outcomes, calls: past.callOutcomes,
            owners: past.owners)
        delegation = Delegation(
            registry: registry, services: services, past: past.unfinished?.work() ?? UnfinishedWork(),
            messages: past.messages, changes: past.planChanges)
        services.tools?.recall(past)
        services.ledgers.begin(past.ledger)
        if let last = past.measured { meter.recall(last.usage, of: last.request) }
        desk = HostDesk(
            place: .coordinator, services: services, delegation: delegation, answers: answers, spending: spending,
            callsSoFar: past.own.hostCalls, questionsSoFar: past.own.questionsSoFar, given: past.own.given)
        seat = KernelSeat(
            place: .coordinator, log: services.log, placement: services.placement,
            start: KernelStart(role: .session, place: .coordinator, bindsInputs: true), desk: desk, restarts: 3,
            lastCell: past.own.lastCell, path: past.own.path, checkpoints: services.limits.checkpoints,
            memory: services.memory)
    }

    /// Where the engine stood when a task began.
    struct Mark {
        var spending: Spending.Sum
        var subtask: Int
        var sequence: Int
        /// Seconds of earlier program runs.
        var seconds: Double = 0
    }

    // MARK: Opening

    /// Starts the session's kernel with the working memory that earlier program runs saved, and runs the cells after it again,
    /// with the recorded answers to their host calls: nothing is asked, paid or saved twice.
    ///
    /// With `.resume`, subtasks of the unfinished task go on where a cell hands their slices over again.
    /// Returns the number of cells that were run again. What could not be rebuilt is told as a notice.
    @discardableResult
    package func open(
        _ intent: OpeningIntent = .begin, _ progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Int {
        readLosses()
        await services.uses.begin(past.uses, coordinator: seat)
        try await services.uses.carry()
        await services.episodes.begin(past.episodes)
        try await services.episodes.carry()
        if let owed = past.owed { try await services.log.record(.rolledBack(owed), at: .coordinator) }
        let steps = try await recallMemory()
        if steps == 0 {
            for problem in await seat.problems { try await notice(.warning, problem) }
        }
        if case .resume(let resumption) = intent, let unfinished = past.unfinished {
            try await takeUp(unfinished, resumption)
            try await seat.takeUpCalls()
        }
        try await seat.rebuildMemory(of: past.own, after: steps, progress)
        let skipped = past.skippedCells(but: resumed?.cell, after: steps)
        if !skipped.isEmpty {
            let numbers = skipped.map(String.init).joined(separator: ", ")
            let (cells, they) = skipped.count == 1 ? ("cell", "it") : ("cells", "they")
            try await notice(
                .warning,
                "Not run again, since \(they) did not finish the first time: \(cells) \(numbers). What \(they) had changed is lost."
            )
        }
        return past.cellsToRebuild(after: steps)
    }

    /// Records every kernel that ends on its own, and takes note where it is the session's.
    func readLosses() {
        guard lossReader == nil else { return }
        let (told, losses, log, seat) = (services.placement.losses, delegation.losses, services.log, seat)
        lossReader = Task {
            for await loss in told {
                // A journal that cannot be written stops the work at its next record; here nobody could be told.
                _ = try? await log.record(.kernelLost(loss), at: loss.place)
                losses.put(loss)
                if loss.place == .coordinator { await seat.lost(loss) }
            }
        }
    }

    func notice(_ level: Notice.Level, _ text: String) async throws(JournalError) {
        try await services.log.record(.notice(Notice(level, text)), at: .coordinator)
    }

    // MARK: Work

    /// Works on a task until there is an answer or a reason why not. Cancelling the calling task stops the work: cells are
    /// interrupted, subtasks cancelled, everything is recorded, and the outcome is `cancelled`.
    ///
    /// `budget` bounds what this task uses; where it says nothing, the session's own limits hold.
    package func ask(
        _ task: String, as form: TaskForm? = nil, maxTurns: Int? = nil, budget: BudgetLimits = BudgetLimits()
    ) async throws(JournalError) -> TaskOutcome {
        let budget = budget.over(services.limits.budget)
        spending.beginTask(budget)
        answers.begin()
        await delegation.abandonRest(of: nil, "another task was asked")
        let before = Mark(
            spending: spending.total, subtask: await registry.newestID, sequence: services.log.newestSequence)
        let limit = maxTurns ?? services.limits.coordinatorTurns
        try await tellInstructions()
        let submitted = EventBody.taskSubmitted(
            TaskSubmitted(
                task: task, budget: budget, maxTurns: limit, form: form,
                reviewsPlans: services.limits.plans.review ? true : nil))
        try await services.log.record(submitted, at: .coordinator)
        transcript.apply(submitted)
        if let offered = await offer(for: task) {
            try await services.log.record(.toolsOffered(offered), at: .coordinator)
            transcript.apply(.toolsOffered(offered))
        }
        try await tellRecollections(for: task)
        let opening = TaskOpening(form, task)
        return try await finish(since: before, turns: limit, within: budget.seconds, opening: opening)
    }

    /// Tells the project's instructions before the first task, and once more where they have changed. Small models are not told: they
    /// have no room for more than the question.
    private func tellInstructions() async throws(JournalError) {
        guard let told = services.instructions, told.sha256 != transcript.instructions,
            let model = try? await services.model(nil), !model.isSmall
        else { return }
        try await services.log.record(.instructionsRead(told), at: .coordinator)
        transcript.apply(.instructionsRead(told))
    }

    /// Tells what earlier sessions left that is worth its tokens, if anything, at the end of the task.
    private func tellRecollections(for task: String) async throws(JournalError) {
        guard let recollections = services.recollections, recollections.recalls,
            let model = try? await services.model(nil), !model.isSmall
        else { return }
        let shown = transcript.recollections
        switch await recollections.forTask(task, of: services.session, shown: shown) {
        case .failure(let error):
            try await notice(.warning, "Nothing of earlier sessions is told: \(error.reason)")
        case .success(let found):
            guard !found.text.isEmpty else { return }
            let told = EventBody.recalled(Recalled(ids: found.items.map(\.id), text: found.text))
            try await services.log.record(told, at: .coordinator)
            transcript.apply(told)
        }
    }

    /// Runs the turns of a task that has begun, from `position` where an earlier program run had got there, to its outcome.
    func finish(
        since mark: Mark, turns limit: Int, within seconds: Double?, from position: LoopPosition? = nil,
        opening: TaskOpening? = nil
    ) async throws(JournalError) -> TaskOutcome {
        let clock = ContinuousClock.now
        underWay = mark
        defer { underWay = nil }
        let left = seconds.map { max($0 - mark.seconds, 0) }
        let (end, isReplayed) = try await turns(
            upTo: limit, within: left, of: seconds, after: mark.subtask, from: position, opening)
        // Nothing goes on behind an answer: what nobody waited for is stopped and counts as not complete.
        delegation.bus.release(.coordinator)
        await registry.cancelAll()
        try await tellUnread()
        var outcome = try await outcome(of: end, since: mark)
        outcome.isReplayed = isReplayed
        outcome.seconds = mark.seconds + clock.duration(to: .now).seconds
        guard !end.leavesUnfinished else {
            // Nothing is over: another program run goes on from here. The screens are told, the journal is not.
            outcome.reason = await seat.lastWords(outcome.reason)
            try await notice(.warning, outcome.reason)
            services.log.show(.taskFinished(outcome), at: .coordinator)
            return outcome
        }
        try await services.log.record(.taskFinished(outcome), at: .coordinator)
        transcript.apply(.taskFinished(outcome))
        try await services.episodes.carry()
        return outcome
    }

    /// Says what came too late for the coordinator's model; it is told with the next task.
    private func tellUnread() async throws(JournalError) {
        let unread = delegation.bus.fold.waiting(at: .coordinator).count
        guard unread > 0 else { return }
        let (messages, were) = unread == 1 ? ("message", "was") : ("messages", "were")
        try await notice(
            .info,
            "\(unread) \(messages) to the coordinator \(were) not read before the end; the next task begins with them.")
    }

    /// Runs the task's turns, and stops them when their time is over.
    private func turns(
        upTo maxTurns: Int, within seconds: Double?, of limit: Double?, after subtask: Int,
        from position: LoopPosition?, _ opening: TaskOpening?
    ) async throws(JournalError) -> (LoopEnd, isReplayed: Bool) {
        typealias Ended = Result<(LoopEnd, isReplayed: Bool), JournalError>
        let (ended, isOver) = await TimeLimit.run(seconds: seconds) { () async -> Ended in
            do throws(JournalError) {
                return .success(try await self.turns(upTo: maxTurns, after: subtask, from: position, opening))
            } catch {
                return .failure(error)
            }
        }
        let (end, isReplayed) = try ended.get()
        return (end == .cancelled && isOver ? .timeUsedUp(limit ?? 0) : end, isReplayed)
    }

    private func turns(
        upTo maxTurns: Int, after subtask: Int, from position: LoopPosition?, _ opening: TaskOpening?
    ) async throws(JournalError) -> (LoopEnd, isReplayed: Bool) {
        let model: any LanguageModel
        do throws(ModelError) {
            model = try await services.model(nil)
        } catch {
            return (.modelFailed(error), false)
        }
        spending.main.take(model)
        do throws(KernelError) {
            if let replaced = try await seat.beginTask() { transcript.apply(.kernelReplaced(replaced)) }
        } catch {
            return (.kernelLost(error), false)
        }
        let (seat, registry, services, spending) = (seat, registry, services, spending)
        let capabilities = (try? await services.library.list().count) ?? 0
        let tools = (try? await services.tools?.access.servers()) ?? [:]
        let remembered = await services.recollections?.offered()
        var loop = TurnLoop(
            place: .coordinator, seat: seat,
            turn: ModelTurn(
                model: model, log: services.log, spending: spending, meter: meter,
                fallbacks: services.fallbacks(of: nil)),
            answers: answers, prompt: { Prompts.coordinator(codeForm: $0.codeForm, isSmall: $0.isSmall) },
            maxTurns: maxTurns, maxOutputTokens: services.limits.maxOutputTokens, repairs: nil, transcript: transcript,
            position: position, opening: opening ?? position?.opening, stops: services.limits.stops,
            context: services.limits.context,
            objection: { [delegation] in await delegation.objection(at: .coordinator, after: subtask) },
            mail: { [delegation] () async throws(JournalError) in try await delegation.beginTurn(at: .coordinator) },
            readText: { .result(.string($0)) },
            state: { turnsLeft in
                StateBlock(
                    variables: await seat.variables, capabilities: capabilities, tools: tools,
                    background: await registry.background(of: .coordinator), remembered: remembered,
                    turnsLeft: turnsLeft,
                    budget: spending.budget.leftText, problems: await seat.problems,
                    exposure: services.tools?.exposure(of: .coordinator))
            })
        loop.handoff = services.limits.handoff
        loop.stalls = services.stalls(at: .coordinator)
        loop.taken = { [delegation] in await delegation.taken(at: .coordinator, before: $0) }
        delegation.openForOwner(.coordinator)
        defer { delegation.closeForOwner(.coordinator) }
        let end = try await loop.run()
        transcript = loop.transcript
        return (end, model.isReplay)
    }

    // MARK: Outcome

    /// What the user is told. `complete` needs an answer and every subtask complete that is required, or run again with success.
    func outcome(of end: LoopEnd, since mark: Mark) async throws(JournalError) -> TaskOutcome {
        let finished = await registry.finished(after: mark.subtask)
        let missing = finished.missing
        let events = try await services.log.events(
            after: mark.sequence,
            of: PlanPast.kinds.union([
                .cellFinished, .turnFinished, .capabilitySaved, .capabilityDemoted, .roundtableClosed,
            ]))
        let spent = spending.total
        var outcome = TaskOutcome(
            status: end.ending.status, reason: end.ending.reason, artifacts: events.flatMap(\.artifacts),
            saved: events.compactMap(\.saved), failedSubtasks: missing, subtasks: finished.count,
            turns: spent.turns - mark.spending.turns, usage: spent.usage - mark.spending.usage,
            cost: events.reduce(.none) { $0 + $1.cost })
        outcome.onMain = Reckoned(events.compactMap(\.turn))
        let demoted = events.compactMap(\.demoted)
        outcome.demoted = demoted.isEmpty ? nil : demoted
        outcome.settle(end, held: answers.held, partial: answers.partial)
        outcome.settle(tables: events.map(\.body))
        outcome.settle(plans: events, finished: finished)
        if outcome.status != .complete, !finished.isEmpty {
            outcome.completedSubtasks = finished.filter { $0.status == .complete }.map(\.label)
        }
        return outcome
    }

    /// Runs a cell that the user wrote.
    package func execute(_ code: String) async throws(JournalError) -> CellResult {
        // Where even this fails, the cell says so.
        if let replaced = try? await seat.beginTask() { transcript.apply(.kernelReplaced(replaced)) }
        transcript.apply(.cellStarted(Cell(number: 0, code: code, author: .user)))
        let result = try await seat.run(code, author: .user)
        transcript.apply(.cellFinished(result))
        answers.clear()
        if let back = await seat.lastRollback { transcript.apply(.rolledBack(back)) }
        if result.status == .died, !Task.isCancelled, let replaced = try? await seat.restart() {
            transcript.apply(.kernelReplaced(replaced))
        }
        await seat.saveMemory()
        return result
    }

    /// Undoes the last cell: the working memory is as it was before. The reason, where that cannot be done.
    package func undo() async throws(JournalError) -> UndoOutcome {
        switch try await seat.undo() {
        case .success(let back):
            transcript.apply(.rolledBack(back))
            await seat.saveMemory()
            return .undone(back)
        case .failure(let refusal): return .refused(refusal.reason)
        }
    }

    /// What the working memory holds now.
    package var variables: VariableListing {
        get async { await seat.variables }
    }

    /// Bytes of data results that wait to be taken.
    package var dataWaiting: Int { delegation.data.waiting.bytes }

    /// Stops every subtask and the kernel. The log stays open for the caller's last words.
    package func close() async {
        if let running = await registry.running(of: .coordinator) {
            // A journal that cannot be written has been told of already.
            _ = try? await notice(.warning, "Stopped as lathe ends, before it was done: \(running).")
        }
        delegation.bus.release(.coordinator)
        await registry.cancelAll()
        await seat.settleVerification()
        await seat.settleMemory()
        await seat.stop()
        lossReader?.cancel()
        await lossReader?.value
    }
}

/// What became of the wish to undo the last cell.
package enum UndoOutcome: Sendable, Hashable {
    case undone(RolledBack)
    case refused(String)
}

extension Event {
    fileprivate var artifacts: [Artifact] {
        if case .cellFinished(let result) = body { result.artifacts } else { [] }
    }

    /// What this event's reply cost; a difference of sums would stay unknown once one reply had no price.
    fileprivate var cost: Cost {
        if case .turnFinished(let turn) = body { turn.reply.cost } else { .none }
    }

    fileprivate var turn: TurnFinished? {
        if case .turnFinished(let turn) = body { turn } else { nil }
    }

    fileprivate var demoted: CapabilityDemoted? {
        if case .capabilityDemoted(let demoted) = body { demoted } else { nil }
    }

    fileprivate var saved: SavedCapability? {
        if case .capabilitySaved(let saved) = body { saved } else { nil }
    }
}
