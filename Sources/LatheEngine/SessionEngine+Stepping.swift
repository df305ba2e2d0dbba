package import LatheVocabulary

/// What of a run lies outside of its engine, for who steps in.
package struct RunHands: Sendable {
    /// Stops what is under way as Ctrl-C does; false where nothing is.
    package var stop: @Sendable () -> Bool
    /// Answers a waiting question of this run; false where it does not wait any more.
    package var decide: @Sendable (Int, ConsentAnswer) -> Bool
    /// Whether a question of this number waits.
    package var waits: @Sendable (Int) -> Bool

    package init(
        stop: @escaping @Sendable () -> Bool, decide: @escaping @Sendable (Int, ConsentAnswer) -> Bool,
        waits: @escaping @Sendable (Int) -> Bool
    ) {
        self.stop = stop
        self.decide = decide
        self.waits = waits
    }
}

/// Stepping in from another terminal, while a task is under way or between tasks.
extension SessionEngine {
    /// Does what is asked, or says why not. `user` and `process` are the system's word for who asks. It is in the journal before it
    /// is done.
    package func step(
        _ request: ControlRequest, user: Int, process: Int, _ hands: RunHands
    ) async -> ControlAnswer {
        do throws(HostRefusal) {
            if let change = request.plan { return try await self.change(change, user: user, process: process) }
            let agent = try await agent(request.agent)
            var step = SteppedIn(
                request.action, agent.place, budget: request.budget, question: request.question, code: request.code,
                user: user, process: process)
            if request.action == .budget { step.budget = try await limits(request, of: agent.place, isTrial: true) }
            try check(request, of: agent.place, hands)
            try await record(step, at: agent.place)
            if request.action == .cell { return try await run(request.code ?? "", at: agent.place) }
            return .done(try await perform(request, agent, hands))
        } catch {
            return .refused(ControlRefusal(error.code, error.reason))
        }
    }

    @discardableResult
    func record(_ step: SteppedIn, at place: Place) async throws(HostRefusal) -> Event {
        do throws(JournalError) {
            return try await services.log.record(.steppedIn(step), at: place)
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be written: \(error.reason)")
        }
    }

    /// Waits for the boundary, runs the cell and says what came out; its status with it.
    private func run(_ code: String, at place: Place) async throws(HostRefusal) -> ControlAnswer {
        switch await delegation.cells.run(code, at: place, nudge: { [delegation] in delegation.pauses.nudge(place) }) {
        case .notRun(let refusal): throw refusal
        case .ran(let result):
            let said = "cell \(result.number) of \(place): \(result.status.rawValue)\n\(Observation(result).text)"
            return .ran(said, result.status)
        }
    }

    private func check(
        _ request: ControlRequest, of place: Place, _ hands: RunHands
    ) throws(HostRefusal) {
        switch request.action {
        case .allow, .deny:
            guard let question = request.question, hands.waits(question) else {
                throw HostRefusal(
                    "gone", "question \(request.question ?? 0) does not wait, or was answered by somebody else")
            }
        case .tell:
            let most = services.limits.messages.userCharacters
            guard request.text?.count ?? 0 <= most else {
                throw HostRefusal("limit", "a message has at most \(most) characters")
            }
        case .cell:
            if let obstacle = delegation.cells.obstacle(request.code ?? "", at: place) { throw obstacle }
        case .pause, .cancel, .goOn, .budget, .plan: break
        }
    }

    private func perform(
        _ request: ControlRequest, _ agent: Agent, _ hands: RunHands
    ) async throws(HostRefusal) -> String {
        let name = agent.place.description
        switch request.action {
        case .pause:
            return delegation.pauses.pause(agent.place)
                ? "\(name) is paused: no turn begins there any more; what runs goes on to its end"
                : "\(name) was paused already"
        case .goOn:
            return delegation.pauses.goOn(agent.place)
                ? "\(name) goes on" : "\(name) was not paused, or what is above it is"
        case .cancel:
            if let id = agent.id {
                await registry.cancel([id])
            } else if !hands.stop() {
                throw HostRefusal(
                    "gone", "nothing is under way that could be cancelled, or it is being stopped already")
            }
            return "\(name) is being cancelled"
        case .tell:
            let sent = try await delegation.send(
                AgentMessage(id: "", from: .user, to: [agent.place], text: request.text ?? "", important: true))
            return "\(sent.id) is told to \(name) before its next turn, or while its code waits for subtasks"
        case .budget:
            let limits = try await limits(request, of: agent.place, isTrial: false)
            return "\(name) may use \(limits.text)"
        case .cell, .plan: return ""
        case .allow, .deny:
            let answer: ConsentAnswer = request.action == .deny ? .no : request.isForSession ? .session : .once
            guard hands.decide(request.question ?? 0, answer) else {
                throw HostRefusal("gone", "question \(request.question ?? 0) was answered by somebody else meanwhile")
            }
            return "question \(request.question ?? 0): \(answer.rawValue)"
        }
    }

    // MARK: Who is meant

    private struct Agent {
        var place: Place
        /// Nil for the coordinator.
        var id: Int?
    }

    private func agent(_ name: String?) async throws(HostRefusal) -> Agent {
        guard let name, name != Place.coordinator.description else { return Agent(place: .coordinator) }
        let named = await registry.listing.filter { $0.goes(by: name) }
        let open = named.filter { $0.isOpen }
        guard open.count < 2 else {
            let places = open.prefix(5).map(\.place.description).joined(separator: ", ")
            throw HostRefusal("invalid", "\(open.count) go by '\(name.singleLine(upTo: 60))'; say which: \(places)")
        }
        if let one = open.first { return Agent(place: one.place, id: one.id) }
        if let past = named.last {
            throw HostRefusal("gone", "\(past.place.description.singleLine(upTo: 120)) has ended")
        }
        throw HostRefusal(
            "invalid", "nobody goes by '\(name.singleLine(upTo: 60))' in this session; lathe watch shows who does")
    }

    // MARK: Budgets

    /// The limits of an agent with those that are asked for; set unless this is a trial.
    private func limits(
        _ request: ControlRequest, of place: Place, isTrial: Bool
    ) async throws(HostRefusal) -> BudgetLimits {
        guard let change = request.budget else { throw HostRefusal("invalid", "budget needs what it is to be") }
        guard change.seconds == nil else {
            throw HostRefusal("not_allowed", "the time limit of a task that runs cannot be changed; pause or cancel it")
        }
        guard let underWay else {
            throw HostRefusal("not_allowed", "no task is under way; give the next one its budget with it")
        }
        guard let budget = place == .coordinator ? spending.budget : delegation.budgets[place] else {
            throw HostRefusal(
                "not_allowed", "\(place) has no budget of its own: it draws on what is above it; change that")
        }
        return try budget.change(change, unlimited: await spent(since: underWay), isTrial: isTrial)
    }

    /// What a task has used so far, for limits that it did not have.
    private func spent(since mark: Mark) async -> Amounts {
        let now = spending.total
        var spent: Amounts = [
            .tokens: now.usage.total - mark.spending.usage.total, .modelCalls: now.turns - mark.spending.turns,
            .subtasks: await registry.newestID - mark.subtask,
        ]
        if case .microdollars(let all) = now.cost {
            let before = if case .microdollars(let cost) = mark.spending.cost { cost } else { 0 }
            spent[.microdollars] = all - before
        }
        return spent
    }
}
