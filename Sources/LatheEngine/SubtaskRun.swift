internal import LatheVocabulary

/// One subtask from its start to its outcome: own kernel, own conversation, its slice by reference.
struct SubtaskRun: Sendable {
    var id: Int
    var label: String
    var place: Place
    var plan: DelegationPlan
    var slice: BoundSlice?
    var services: EngineServices
    var delegation: Delegation
    var parent: Spending
    /// What an earlier program run left of it; nil for one that begins.
    var past: SubtaskPast?
    /// Labels of the other subtasks that it may write to.
    var partners: [String] = []
    /// The place that asked for it as a specialist; nil for all others.
    var asker: Place?

    /// Runs it. Whatever goes wrong is an outcome with a reason; nothing is thrown and no other subtask is touched.
    func perform() async -> SubtaskOutcome {
        let clock = ContinuousClock.now
        let (budget, obstacle) = await admission()
        if let budget, !plan.budget.isUnlimited { delegation.budgets.begin(place, budget) }
        defer {
            delegation.budgets.end(place)
            budget?.close()
        }
        let spending = Spending(below: parent, budget: budget ?? parent.budget, sum: past?.spending ?? Spending.Sum())
        var outcome = SubtaskOutcome(
            id: id, label: label, place: place, status: .notRun, reason: obstacle ?? "stopped before it began")
        do throws(JournalError) {
            if obstacle == nil, !Task.isCancelled {
                let started = SubtaskStarted(
                    id: id, label: label, place: place, agent: plan.agent, task: plan.task, model: plan.model.name,
                    maxTurns: plan.maxTurns)
                if let before = past?.started {
                    services.log.show(.subtaskStarted(before), at: place)
                } else {
                    try await services.log.record(.subtaskStarted(started), at: place)
                }
                try await inheritExposure()
                let ending = try await work(spending)
                (outcome.status, outcome.value, outcome.reason, outcome.partial) = (
                    ending.status, ending.value, ending.reason, ending.partial
                )
                outcome.isAgentsFault = ending.isAgentsFault ? true : nil
            }
            let isUndone = await delegation.registry.isUndone(id)
            outcome.isOptional = plan.isRequired && !isUndone ? nil : true
            outcome.turns = spending.total.turns
            outcome.usage = spending.total.usage
            outcome.cost = spending.total.cost
            outcome.seconds = clock.duration(to: .now).seconds + (past?.seconds ?? 0)
            if outcome.status != .complete, Task.isCancelled, delegation.leave.isLeft {
                // The screens are told, the journal is not: a later program run goes on with it.
                services.log.show(.subtaskFinished(outcome), at: place)
            } else {
                let ended = try await services.log.record(.subtaskFinished(outcome), at: place)
                await delegation.registry.note(id, recordedAs: ended)
                delegation.bus.take(ended)
                if plan.agent.isSaved { try await services.uses.carry() }
            }
        } catch {
            outcome.status = .failed
            outcome.value = nil
            outcome.reason = "the journal cannot be written: \(error.reason)"
        }
        delegation.data.settle(outcome.value, of: place)
        return outcome
    }

    /// The subtask's own budget, or why it cannot begin.
    private func admission() async -> (Budget?, obstacle: String?) {
        if let failure = parent.stopped.failure(of: plan.model.account),
            await !services.fallbacks(of: plan.role).hasMore
        {
            return (nil, "not begun, since no call to \(plan.model.name) can succeed now: \(failure.reason)")
        }
        do throws(Budget.Shortage) {
            return (try parent.budget.child(plan.budget.without(past?.used ?? [:])), nil)
        } catch {
            let item = error.item
            let whose =
                plan.hasBudgetOfFile(item)
                ? " (BUDGET of its agent's file; budget={…} of a delegation comes first)" : ""
            return (
                nil,
                "not begun: it was to get \(item.text(error.needed))\(whose), and \(item.text(error.left)) of the budget of "
                    + "\(item.text(error.limit)) are left"
            )
        }
    }

    struct Ending {
        var status: OutcomeStatus
        var value: JSONValue?
        var reason: String
        var partial: String?
        var isAgentsFault = false
    }

    private func work(_ spending: Spending) async throws(JournalError) -> Ending {
        let own = past?.own ?? PlacePast(place)
        let answers = AnswerBox(returns: plan.returns)
        answers.begin(at: own.position)
        let context = WorkingContext(rules: services.limits.contextEdits, core: plan.core, past: own.context)
        let desk = HostDesk(
            place: place, services: services, delegation: delegation, answers: answers, spending: spending,
            kernelLimits: plan.kernelLimits, callsSoFar: own.hostCalls, questionsSoFar: own.questionsSoFar,
            given: own.given,
            examinations: plan.agent.writes.map {
                Examinations(of: $0, count: services.limits.examinations, gate: delegation.examinations)
            }, allowance: plan.allowance, toolAllowance: plan.toolAllowance, agent: plan.agent.name,
            profile: plan.agent.profile, handoff: plan.handoff, context: context, isSpecialist: asker != nil)
        await delegation.registry.observe(id) {
            let spent = spending.total
            return [
                "turns": .integer(spent.turns), "cells": .integer(desk.cell), "tokens": .integer(spent.usage.total),
                "microdollars": spent.cost.json,
            ]
        }
        let slices: [PlacedSlice]
        do throws(KernelError) {
            slices = if let slice { [try await services.placement.put(slice)] } else { [] }
        } catch {
            return Ending(status: .failed, reason: "its slice could not be brought to where it runs: \(error.reason)")
        }
        let start = KernelStart(
            role: .subtask, place: place, bindsInputs: false, slices: slices,
            agent: plan.agent.isSaved ? plan.agent.name : nil, limits: plan.kernelLimits,
            returns: plan.returns?.schema)
        let seat = KernelSeat(
            place: place, log: services.log, placement: services.placement, start: start, desk: desk, restarts: 1,
            lastCell: own.lastCell, path: own.path)
        do throws(KernelError) {
            try await seat.open()
        } catch {
            if Task.isCancelled { return ending(.cancelled, nil, hasBegun: false) }
            return Ending(status: .failed, reason: "its kernel could not be started: \(error.reason)")
        }
        let end: LoopEnd
        do throws(JournalError) {
            try await rebuild(seat, own)
            end = try await guarded(seat, answers, spending, own)
        } catch {
            await delegation.registry.cancelAll(of: place)
            await seat.stop()
            throw error
        }
        await delegation.registry.cancelAll(of: place)
        await seat.stop()
        if let ending = handedOver(end, answers.partial) { return ending }
        let all = await delegation.registry.finished(of: place)
        guard case .answered(let value) = end, !all.missing.isEmpty else {
            return ending(end, answers.partial, hasBegun: spending.total.turns > 0)
        }
        let words = (value.stringValue ?? value.text).cut(to: AnswerBox.partialCharacters)
        return Ending(status: .incomplete, reason: all.missing.missingText(of: all.count), partial: words)
    }

    /// The memory of a subtask that had begun is made again, as a session's is.
    private func rebuild(_ seat: KernelSeat, _ own: PlacePast) async throws(JournalError) {
        guard own.lastCell > 0 else { return }
        do {
            try await seat.rebuildMemory(of: own)
            try await seat.takeUpCalls()
            if own.position.underWay == nil { try await seat.abandonSubtasks() }
        } catch let error as JournalError {
            throw error
        } catch {
            // Cancelled, or without a kernel: the turns say so.
            return
        }
    }

    func turns(
        _ seat: KernelSeat, _ answers: AnswerBox, _ spending: Spending, _ own: PlacePast
    ) async throws(JournalError) -> LoopEnd {
        var transcript = own.transcript
        if transcript.messages.isEmpty {
            let task = TaskSubmitted(task: "Slice: \(label)\n\(plan.task)\(partnersText)".trimmingLines)
            try await services.log.record(.taskSubmitted(task), at: place)
            transcript.apply(.taskSubmitted(task))
        }
        let returns = plan.returns
        let context = seat.desk.context
        var loop = TurnLoop(
            place: place, seat: seat,
            turn: ModelTurn(
                model: plan.model, log: services.log, spending: spending,
                fallbacks: services.fallbacks(of: plan.role)),
            answers: answers,
            prompt: { [agent = plan.agent, hasData = slice != nil] in
                Prompts.subtask(agent: agent, codeForm: $0.codeForm, hasData: hasData)
            },
            maxTurns: plan.maxTurns, maxOutputTokens: services.limits.maxOutputTokens,
            repairs: services.limits.repairs, transcript: transcript, position: own.position,
            stops: services.limits.stops,
            context: services.limits.context,
            objection: { [delegation, place] in await delegation.objection(at: place) },
            mail: { [delegation, place] () async throws(JournalError) in try await delegation.beginTurn(at: place) },
            readText: { Self.read($0, returns) },
            state: { [registry = delegation.registry, place] turnsLeft in
                StateBlock(
                    variables: await seat.variables, background: await registry.background(of: place),
                    turnsLeft: turnsLeft, budget: spending.budget.leftText, problems: await seat.problems,
                    exposure: services.tools?.exposure(of: place), context: context?.hint)
            })
        loop.refining = context
        let (end, isOver) = await TimeLimit.run(seconds: plan.budget.seconds.map { max($0 - (past?.seconds ?? 0), 0) })
        {
            [loop] () async -> Result<LoopEnd, JournalError> in
            var loop = loop
            loop.stalls = services.stalls(at: place)
            loop.taken = { [delegation, place] in await delegation.taken(at: place, before: $0) }
            delegation.openForOwner(place)
            defer { delegation.closeForOwner(place) }
            do throws(JournalError) {
                let end = try await loop.run()
                try await loop.closeContext(end)
                return .success(end)
            } catch {
                return .failure(error)
            }
        }
        return try end.get() == .cancelled && isOver ? .timeUsedUp(plan.budget.seconds ?? 0) : try end.get()
    }

    /// To whom it may write; empty where only its parent hears it.
    private var partnersText: String {
        guard !partners.isEmpty else { return "" }
        let named = partners.prefix(20).map { $0.singleLine(upTo: 60) }.joined(separator: ", ")
        let more = partners.count > 20 ? ", … \(partners.count - 20) more" : ""
        return
            "\nYou may write to \(named)\(more), and to parent: lathe.send(to, text); help(lathe.send). What they write to you comes in <messages>."
    }

    /// What is told of words where a value is asked for.
    static let textIsNoResult = "A text is no result here. Call lathe.answer(value) in a cell, with a value that fits."

    /// A reply without code is a result where text is asked for, or where it is JSON that fits.
    private static func read(_ text: String, _ returns: ReturnsSchema?) -> TurnLoop.TextReading {
        guard let returns else { return .result(.string(text)) }
        switch JSONReading(text) {
        case .unreadable:
            return .notAResult(
                reason: Self.textIsNoResult)
        case .value(let value):
            guard value.allData.isEmpty else {
                return .notAResult(reason: "Data is handed over by lathe.answer(value) in a cell only.")
            }
            let misfits = returns.misfits(of: value)
            return misfits.isEmpty
                ? .result(value) : .notAResult(reason: "The result does not fit: \(misfits.joined(separator: "; ")).")
        }
    }

    private func ending(_ end: LoopEnd, _ partial: String?, hasBegun: Bool) -> Ending {
        if case .answered(let value) = end { return Ending(status: .complete, value: value, reason: "") }
        var (status, reason) = end.ending
        if case .modelFailed(let error) = end, error.code == .budget || error.stopsAccount {
            // Nothing was asked for it where not even its first call could be made.
            status = hasBegun ? (error.code == .budget ? .outOfBudget : .incomplete) : .notRun
        }
        return Ending(status: status, reason: reason, partial: partial, isAgentsFault: end.isOwn)
    }
}

extension BudgetLimits {
    /// What is left of these limits; an item that is used up keeps none.
    fileprivate func without(_ used: Amounts) -> BudgetLimits {
        func left(_ item: BudgetItem) -> Int? { limit(of: item).map { max($0 - used[item, default: 0], 0) } }
        return BudgetLimits(
            tokens: left(.tokens), microdollars: left(.microdollars), modelCalls: left(.modelCalls),
            subtasks: left(.subtasks), seconds: seconds)
    }
}
