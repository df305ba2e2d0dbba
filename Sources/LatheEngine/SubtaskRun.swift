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

    /// Runs it. Whatever goes wrong is an outcome with a reason; nothing is thrown and no other subtask is touched.
    func perform() async -> SubtaskOutcome {
        let clock = ContinuousClock.now
        let spending = Spending(below: parent)
        var outcome = SubtaskOutcome(
            id: id, label: label, place: place, status: .notRun, reason: "stopped before it began")
        do throws(JournalError) {
            if !Task.isCancelled {
                let started = SubtaskStarted(
                    id: id, label: label, place: place, agent: plan.agent, task: plan.task, model: plan.model.name,
                    maxTurns: plan.maxTurns)
                try await services.log.record(.subtaskStarted(started), at: place)
                (outcome.status, outcome.value, outcome.reason) = try await work(spending)
            }
            outcome.turns = spending.total.turns
            outcome.usage = spending.total.usage
            outcome.cost = spending.total.cost
            outcome.seconds = clock.duration(to: .now).seconds
            try await services.log.record(.subtaskFinished(outcome), at: place)
        } catch {
            outcome.status = .failed
            outcome.value = nil
            outcome.reason = "the journal cannot be written: \(error.reason)"
        }
        return outcome
    }

    private typealias Ending = (status: OutcomeStatus, value: JSONValue?, reason: String)

    private func work(_ spending: Spending) async throws(JournalError) -> Ending {
        let answers = AnswerBox(returns: plan.returns)
        let desk = HostDesk(
            place: place, services: services, delegation: delegation, answers: answers, spending: spending,
            kernelLimits: plan.kernelLimits)
        let slices: [PlacedSlice]
        do throws(KernelError) {
            slices = if let slice { [try await services.placement.put(slice)] } else { [] }
        } catch {
            return (.failed, nil, "its slice could not be brought to where it runs: \(error.reason)")
        }
        let start = KernelStart(
            role: .subtask, place: place, bindsInputs: false, slices: slices,
            agent: plan.agent.isSaved ? plan.agent.name : nil, limits: plan.kernelLimits)
        let seat = KernelSeat(
            place: place, log: services.log, placement: services.placement, start: start, desk: desk, restarts: 1)
        do throws(KernelError) {
            try await seat.open()
        } catch {
            if Task.isCancelled { return ending(.cancelled) }
            return (.failed, nil, "its kernel could not be started: \(error.reason)")
        }
        let end: LoopEnd
        do throws(JournalError) {
            end = try await turns(seat, answers, spending)
        } catch {
            await delegation.registry.cancelAll(of: place)
            await seat.stop()
            throw error
        }
        await delegation.registry.cancelAll(of: place)
        await seat.stop()
        return ending(end)
    }

    private func turns(
        _ seat: KernelSeat, _ answers: AnswerBox, _ spending: Spending
    ) async throws(JournalError) -> LoopEnd {
        var transcript = Transcript()
        let task = TaskSubmitted(task: "Slice: \(label)\n\(plan.task)".trimmingLines)
        try await services.log.record(.taskSubmitted(task), at: place)
        transcript.apply(.taskSubmitted(task))
        let returns = plan.returns
        var loop = TurnLoop(
            place: place, seat: seat, turn: ModelTurn(model: plan.model, log: services.log, spending: spending),
            answers: answers,
            system: Prompts.subtask(agent: plan.agent, codeForm: plan.model.codeForm, hasData: slice != nil),
            maxTurns: plan.maxTurns, maxOutputTokens: services.limits.maxOutputTokens,
            repairs: services.limits.repairs, transcript: transcript,
            readText: { Self.read($0, returns) },
            state: { turnsLeft in
                StateBlock(
                    variables: await seat.variables, turnsLeft: turnsLeft, problems: await seat.problems)
            })
        return try await loop.run()
    }

    /// A reply without code is a result where text is asked for, or where it is JSON that fits.
    private static func read(_ text: String, _ returns: ReturnsSchema?) -> TurnLoop.TextReading {
        guard let returns else { return .result(.string(text)) }
        switch JSONReading(text) {
        case .unreadable:
            return .notAResult(
                reason: "A text is no result here. Call lathe.answer(value) in a cell, with a value that fits.")
        case .value(let value):
            let misfits = returns.misfits(of: value)
            return misfits.isEmpty
                ? .result(value) : .notAResult(reason: "The result does not fit: \(misfits.joined(separator: "; ")).")
        }
    }

    private func ending(_ end: LoopEnd) -> Ending {
        switch end {
        case .answered(let value): (.complete, value, "")
        case .turnsUsedUp: (.incomplete, nil, "no result after \(plan.maxTurns) turns")
        case .stuck(let reason): (.failed, nil, reason)
        case .modelFailed(let error): (.failed, nil, error.reason)
        case .kernelLost(let error): (.failed, nil, error.reason)
        case .cancelled: (.cancelled, nil, "stopped")
        }
    }
}
