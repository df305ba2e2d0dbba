internal import LatheVocabulary

/// Starts subtasks for host calls and tells how they ended.
///
/// A subtask passes three gates, in this order: that of its call (`parallel`), of its agent (`MAX_PARALLEL`), of all subtasks. The
/// last two there are for each depth of the giver, and at each depth once for delegated subtasks and once for specialists. Who holds
/// places waits only for subtasks behind it in (depth 0, delegated), (depth 0, specialist), (depth 1, delegated) …: delegated ones for
/// specialists of their own depth, both for what they delegate, which is one deeper. So nobody waits for a place that is held for it.
struct Delegation: Sendable {
    let registry: SubtaskRegistry
    let services: EngineServices
    /// Of delegated subtasks, by depth.
    let gates: [AsyncGate]
    /// The limits of agents that have one of their own.
    let agentGates = AgentGates()
    /// The same for specialists, whose askers hold places of `gates` while they wait for them.
    let specialistGates: [AsyncGate]
    /// The desks of the kernels that run.
    let desks = LiveDesks()
    /// Lets so many examinations of writers run at a time.
    let examinations: AsyncGate
    /// Let so many tool calls and questions in the background be under way at a time.
    let (toolCalls, questions): (AsyncGate, AsyncGate)
    /// What subtasks answered with beside JSON.
    let data: DataResults
    /// The kernels that were lost, of every place.
    let losses = RecordedLosses()
    /// What an earlier program run left unfinished.
    let past: UnfinishedWork
    /// What agents say to each other.
    let bus: Bus
    /// Who is paused.
    let pauses = PauseGate()
    /// What the owner wants run between turns.
    let cells: TakenCells
    /// What the owner wants changed of plans.
    let changes: PlanChanges
    /// What subtasks that run may use.
    let budgets = LiveBudgets()
    /// What conveners of roundtables may use.
    let tables = TableBudgets()
    /// Of wishes, plans, handoffs and roundtables.
    let numbers = SessionNumbers()
    /// What was begun of granted specialists.
    let grants = GrantedSteps()
    /// Whether what is stopped now is left to a later program run.
    let leave = LeaveTaking()

    init(
        registry: SubtaskRegistry, services: EngineServices, past: UnfinishedWork = UnfinishedWork(),
        messages: MessageFold = MessageFold(), changes: PlanChangesLeft = PlanChangesLeft()
    ) {
        bus = Bus(
            log: services.log, limits: services.limits.messages, past: messages, recorded: services.recordedReadings)
        self.registry = registry
        self.services = services
        cells = TakenCells(following: services.followed)
        self.changes = PlanChanges(left: changes, following: services.followed)
        self.past = past
        data = DataResults(limits: services.limits)
        examinations = AsyncGate(services.limits.parallelExaminations)
        toolCalls = AsyncGate(services.limits.parallelCalls)
        questions = AsyncGate(services.limits.parallelSubtasks)
        let gate: (Int) -> AsyncGate = { _ in AsyncGate(services.limits.parallelSubtasks) }
        gates = (0..<services.limits.delegationDepth).map(gate)
        specialistGates = (0..<services.limits.delegationDepth).map(gate)
    }

    // MARK: delegate

    /// Admits the subtasks of a `delegate` call and returns at once with their numbers. None begins before `begin`, so that a call
    /// without an answer in the journal has started nothing.
    func delegate(
        _ arguments: HostArguments, slices: [SliceReference], from desk: HostDesk
    ) async throws(HostRefusal) -> Admitted {
        let giver = try await giver(of: arguments, desk)
        do throws(HostRefusal) {
            return try await admitted(giver, slices, desk)
        } catch {
            if let grant = giver.grant { grants.giveBack(grant) }
            throw error
        }
    }

    private func admitted(
        _ giver: Giver, _ slices: [SliceReference], _ desk: HostDesk
    ) async throws(HostRefusal) -> Admitted {
        guard giver.place.depth < services.limits.delegationDepth else {
            throw HostRefusal("not_allowed", "subtasks at depth \(giver.place.depth) may not delegate further")
        }
        if giver.asker == nil { try desk.requireDelegating() }
        let plan = try await plan(giver, slices)
        let choice = try await desk.choice(giver.arguments)
        guard await registry.admitted + plan.items.count <= services.limits.subtasksPerRun else {
            throw HostRefusal(
                "limit", "delegate: more than \(services.limits.subtasksPerRun) subtasks in one run of the program")
        }
        try reserve(plan.items.count, of: giver.spending.budget)
        if let choice { try await desk.journal(.agentChosen(choice)) }
        var runs: [SubtaskRun] = []
        for item in plan.items {
            let (id, place) = await registry.admit(label: item.label, owner: desk.place, below: giver.place)
            var run = SubtaskRun(
                id: id, label: item.label, place: place, plan: plan, slice: item.slice, services: services,
                delegation: self, parent: giver.spending)
            run.asker = giver.asker
            runs.append(run)
        }
        if let talk = plan.talk {
            let labels = runs.map(\.label)
            for index in runs.indices { runs[index].partners = talk.partners(of: runs[index].label, among: labels) }
        }
        for index in runs.indices { runs[index].partners += plan.partners }
        let subtasks = runs.map { run -> JSONValue in
            ["id": .integer(run.id), "label": .string(run.label), "uri": .string("subtask://\(run.id)")]
        }
        return Admitted(
            value: ["subtasks": .array(subtasks)], runs: runs, parallel: plan.parallel, depth: giver.place.depth)
    }

    func plan(_ giver: Giver, _ slices: [SliceReference]) async throws(HostRefusal) -> DelegationPlan {
        try await DelegationPlan(
            giver.arguments, slices: slices, services: services, bound: giver.kernelLimits,
            allowance: giver.allowance, toolAllowance: giver.toolAllowance, by: giver.place)
    }

    /// Counts subtasks against the budget; they are used up once they are admitted, however they end.
    private func reserve(_ subtasks: Int, of budget: Budget) throws(HostRefusal) {
        do throws(Budget.Shortage) {
            try budget.reserve([.subtasks: subtasks])
            budget.settle([.subtasks: subtasks], used: [.subtasks: subtasks])
        } catch {
            throw HostRefusal(
                "limit",
                "delegate: \(subtasks) subtasks, and the budget has room for \(error.left) more of \(error.limit)")
        }
    }

    /// Runs one when there is room for it; its outcome is recorded as soon as it is there. One that is cancelled before there is
    /// room says that it never began.
    func run(_ run: SubtaskRun, through gates: [AsyncGate]) async {
        var entered: [AsyncGate] = []
        for gate in gates {
            guard await gate.enter() else { break }
            entered.append(gate)
        }
        let outcome = await run.perform()
        for gate in entered.reversed() { await gate.leave() }
        await registry.finish(outcome)
    }

    // MARK: wait, cancel

    /// With `mail`, also goes on when something urgent has come for `owner`, and says so; with `plan` when that is to be another, and
    /// with `any` it then tells one alone.
    func wait(_ arguments: HostArguments, for owner: Place, in cell: Int) async throws(HostRefusal) -> JSONValue {
        let ids = try await owned(arguments, by: owner)
        let seconds = arguments.present("seconds")?.numberValue.map { min(max($0, 0), 86_400) }
        let any = try arguments.optionalFlag("any") ?? false
        let mail = try arguments.optionalFlag("mail") ?? false
        let plan = try await planWait(arguments, of: owner)
        let isChanged = { @Sendable in plan?.isChanged() ?? false }
        let outcomes = await registry.outcomes(of: ids, any: any, within: seconds, at: owner) {
            isChanged() || mail && isInterrupted(owner, in: cell)
        }
        let ended = outcomes.filter { $0.status != .running }
        let wanted = any ? plan.map { [$0.next(of: ended)].compactMap(\.self) } ?? ended : outcomes
        let (told, left): ([JSONValue], Set<Int>)
        do throws(JournalError) {
            (told, left) = try await self.told(wanted, upTo: services.limits.callBytes)
        } catch {
            throw HostRefusal(unread: error)
        }
        await registry.note(told: wanted.filter { $0.status != .running && !left.contains($0.id) }.map(\.id))
        var answer: [String: JSONValue] = ["outcomes": .array(told)]
        if mail { answer["mail"] = .bool(isInterrupted(owner, in: cell)) }
        if isChanged() { answer["plan"] = true }
        return .object(answer)
    }

    func cancel(_ arguments: HostArguments, for owner: Place) async throws(HostRefusal) -> JSONValue {
        await registry.cancel(try await owned(arguments, by: owner))
        return [:]
    }

    private func owned(_ arguments: HostArguments, by owner: Place) async throws(HostRefusal) -> [Int] {
        let ids = try arguments.integers("ids", upTo: 10_000)
        guard await registry.sees(owner, ids) else { throw HostDesk.notYours }
        return ids
    }
}

extension SubtaskOutcome {
    /// What the kernel that began it is told; `isLeft` where its value is to be asked for once more.
    func forKernel(isLeft: Bool) -> JSONValue {
        var told: [String: JSONValue] = [
            "id": .integer(id), "label": .string(label), "status": .string(status.rawValue), "value": value ?? .null,
            "reason": .string(reason), "partial": partial.map { .string($0) } ?? .null, "tokens": .integer(usage.total),
            "seconds": .number(seconds),
        ]
        if let code { told["code"] = .string(code) }
        if isLeft { told["left"] = true }
        return .object(told)
    }
}
