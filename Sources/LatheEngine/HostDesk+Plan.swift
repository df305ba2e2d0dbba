internal import LatheVocabulary

/// The checks of a plan before anything of it begins, and each time it becomes another one. Its course is Python in the kernel.
extension HostDesk {
    func plan(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard place.depth < services.limits.delegationDepth else {
            throw HostRefusal("not_allowed", "subtasks at depth \(place.depth) may not delegate, so they make no plans")
        }
        try requireDelegating()
        let past = try await PlanPast(services.log, at: place)
        let number = try arguments.optionalInteger("plan", in: 1...1_000_000)
        let known: PlanMade? = if let number { try past.plan(number) } else { nil }
        var draft: PlanDraft
        do throws(HostRefusal) {
            draft = try PlanDraft(arguments)
        } catch {
            let goal = arguments.values["goal"]?.stringValue ?? ""
            throw try await refused(error, goal, number, .rule)
        }
        var asked = PlanAsked(known: known, past: past)
        asked.because = try arguments.optionalText("because", upTo: PlanDraft.limits.because)
        asked.reopened = arguments.present("reopened") == nil ? [] : Set(try arguments.texts("reopened", upTo: 60))
        asked.budget = try arguments.budget("budget")
        let checked: CheckedPlan
        do throws(HostRefusal) {
            checked = try await check(draft, arguments, asked)
        } catch {
            throw try await refused(error, draft.goal, number, .rule)
        }
        if let made = try await asked.unanswered(checked, cell, services.log, at: place) {
            // It was allowed, and lathe ended before its kernel was told.
            if let text = made.edited { draft = try PlanText.read(text, over: draft) }
            let bounds = made.edited == nil ? checked.bounds : try await check(draft, arguments, asked).bounds
            return answer(made, bounds, draft)
        }
        return try await numbered(asked) { asked async throws(HostRefusal) in
            try await decide(checked, draft, arguments, asked)
        }
    }

    /// A new plan has a number that no other call gets, unless nothing is journaled with it.
    private func numbered(
        _ asked: PlanAsked, _ decide: (PlanAsked) async throws(HostRefusal) -> JSONValue
    ) async throws(HostRefusal) -> JSONValue {
        guard asked.known == nil else { return try await decide(asked) }
        let number = delegation.numbers.take(.plan, after: asked.past.newest)
        var asked = asked
        asked.newNumber = number
        do throws(HostRefusal) {
            return try await decide(asked)
        } catch {
            delegation.numbers.giveBack(.plan, number)
            throw error
        }
    }

    /// Journals a plan that the user need not see, or wants so.
    private func decide(
        _ checked: CheckedPlan, _ first: PlanDraft, _ arguments: HostArguments, _ asked: PlanAsked
    ) async throws(HostRefusal) -> JSONValue {
        var (made, bounds, draft) = (checked.made(by: .rule, in: cell, asked), checked.bounds, first)
        guard services.limits.plans.review, asked.isNews(first, since: try await seen(asked)) else {
            try await journal(.planMade(made))
            return answer(made, bounds, draft)
        }
        var (text, problem): (String, String?) = (PlanText.written(draft, made), nil)
        let unchanged = try PlanText.read(text, over: first)
        // The user edits as often as they want; each time the same checks decide.
        while true {
            let decision =
                if let review = services.planReview {
                    await review.decide(on: made, at: place, text: text, problem: problem)
                } else {
                    PlanDecision.nobody
                }
            switch decision {
            case nil: throw try await refused(Self.unanswered, draft.goal, made.refusable, .unanswered)
            case .nobody: throw try await refused(Self.nobody, draft.goal, made.refusable, .nobody)
            case .declined(let why):
                let refusal = HostRefusal("not_allowed", PlanRefused.reason(ofUser: why))
                throw try await refused(refusal, draft.goal, made.refusable, .user)
            case .accepted:
                made.decided = made.edited == nil ? .user : .edited
                try await journal(.planMade(made))
                return answer(made, bounds, draft)
            case .edited(let given):
                text = given
                do throws(HostRefusal) {
                    let edited = try PlanText.read(given, over: first)
                    let again = try await check(edited, arguments, asked)
                    let changes = edited != unchanged
                    (draft, bounds, problem) = (edited, again.bounds, nil)
                    made = again.made(by: .edited, in: cell, asked)
                    made.edited = changes ? given : nil
                } catch {
                    problem = error.reason
                }
            }
        }
    }

    /// The form of a plan that this kernel was told last; nil for a new one.
    private func seen(_ asked: PlanAsked) async throws(HostRefusal) -> PlanDraft? {
        guard let known = asked.known else { return nil }
        do throws(JournalError) {
            let events = try await services.log.events(after: 0, of: PlanShown.kinds)
            return (try? PlanShown(events, number: known.plan))?.draft
        } catch {
            throw HostRefusal(unread: error)
        }
    }

    private static let nobody = HostRefusal(
        "not_allowed",
        "the user wants to see plans before they run (--review-plan, or plan.review in lathe.json), and there is no terminal to "
            + "ask on: do it without a plan, or ask them to run lathe on a terminal")

    private static let unanswered = HostRefusal(
        "not_allowed", "the user was shown this plan and had not decided when the task was stopped; nothing of it began"
    )

    private func refused(
        _ error: HostRefusal, _ goal: String, _ plan: Int?, _ decided: PlanRefused.Decision
    ) async throws(HostRefusal) -> HostRefusal {
        let refused = PlanRefused(
            plan: plan, goal: goal.singleLine(upTo: 400), reason: error.reason.singleLine(upTo: 600), decided: decided)
        try await journal(.planRefused(refused))
        return error
    }

    /// The graph, the agents, the models and the costs.
    func check(
        _ draft: PlanDraft, _ arguments: HostArguments, _ asked: PlanAsked
    ) async throws(HostRefusal) -> CheckedPlan {
        if let objection = draft.objection ?? asked.objection(to: draft) {
            throw HostRefusal("invalid_arguments", "plan: \(objection)")
        }
        var open: [PlanBounds.Open] = []
        // Each is read once, however many steps it does.
        var agents: [String: Agent] = [:]
        for step in draft.steps {
            var players = [try await player(step.agent, of: step, arguments, &agents)]
            if let fallback = step.fallback {
                players.append(try await player(fallback, of: step, arguments, &agents))
            }
            let left = asked.attempts(of: step)
            guard left > 0 else { continue }
            open.append(try await self.open(step, left, players))
        }
        let used = asked.used(await delegation.registry.outcomes(of: asked.subtasks, within: 0))
        let bounds = try PlanBounds(
            open, asked: asked.budget, used: used, within: spending.budget,
            maxOutputTokens: services.limits.maxOutputTokens)
        do throws(JournalError) {
            let reckoning = PlanReckoning(try await services.log.events(after: 0, of: PlanReckoning.kinds))
            return CheckedPlan(draft: draft, bounds: bounds, reckoning: reckoning)
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
    }

    /// Who does a step: the role of their model, and what their file lets each of their subtasks use.
    private struct Player {
        var role: String?
        var budget = BudgetLimits()
    }

    private func player(
        _ name: String, of step: PlanDraft.Step, _ arguments: HostArguments, _ agents: inout [String: Agent]
    ) async throws(HostRefusal) -> Player {
        let rule = services.limits.plans.models[step.complexity ?? .medium]
        if let defined = definition(of: name, in: arguments) {
            return Player(role: step.model ?? defined["model"]?.stringValue ?? rule)
        }
        guard name != PlanDraft.worker else { return Player(role: step.model ?? rule) }
        let agent = if let known = agents[name] { known } else { try await saved(name, of: step) }
        agents[name] = agent
        return Player(role: step.model ?? agent.modelRole ?? rule, budget: agent.budget ?? BudgetLimits())
    }

    /// A step with the models that may do it, each with those that take over for it, and with the budget of its agent's file
    /// where it has none of its own.
    private func open(
        _ step: PlanDraft.Step, _ attempts: Int, _ players: [Player]
    ) async throws(HostRefusal) -> PlanBounds.Open {
        var models: [any LanguageModel] = []
        for player in players {
            models.append(try await services.modelForHostCall(player.role))
            models += await services.chain(of: player.role).dropFirst()
        }
        var step = step
        step.budget = step.budget.over(players.first.map { PlanDraft.bounded($0.budget) } ?? BudgetLimits())
        return PlanBounds.Open(step: step, attempts: attempts, models: models, roles: players.map(\.role))
    }

    /// A saved agent, which this kernel may delegate to.
    private func saved(_ name: String, of step: PlanDraft.Step) async throws(HostRefusal) -> Agent {
        try allowance?.require(.agent, name)
        let agent: Agent
        do throws(LibraryError) {
            agent = try await services.library.agent(named: name, for: services.session)
        } catch {
            throw HostRefusal(
                "library",
                "plan: step '\(step.name)': \(error.reason) lathe.agents(\"…\") names others; without `agent` a plain worker does it"
            )
        }
        do throws(HostRefusal) {
            try agent.requireTaken(from: place, isHandoff: false, depth: services.limits.delegationDepth)
        } catch {
            throw HostRefusal(error.code, "plan: step '\(step.name)': \(error.reason)")
        }
        return agent
    }

    /// An agent of this name that code defined for a step of the call.
    private func definition(of name: String, in arguments: HostArguments) -> [String: JSONValue]? {
        for step in arguments.values["steps"]?.arrayValue ?? [] {
            for agent in [step["agent"], step["fallback"]] {
                if let defined = agent?.objectValue, defined["name"]?.stringValue == name { return defined }
            }
        }
        return nil
    }

    private func answer(_ made: PlanMade, _ bounds: PlanBounds, _ draft: PlanDraft) -> JSONValue {
        [
            "plan": .integer(made.plan), "revision": .integer(made.revision), "told": .string(made.sentence),
            "each": .object(bounds.shares.mapValues(\.json)),
            "edited": made.edited == nil ? .null : draft.edited,
        ]
    }
}

/// A plan that all checks have passed.
struct CheckedPlan: Sendable {
    var draft: PlanDraft
    var bounds: PlanBounds
    var reckoning: PlanReckoning

    func made(by decided: PlanMade.Decision, in cell: Int, _ asked: PlanAsked) -> PlanMade {
        let none = PlanStep.Reckoning(calls: 0...0, tokens: 0...0)
        let told = draft.steps.map { step -> PlanStep in
            let share = bounds.shares[step.name]
            return step.told(
                share.map { reckoning.reckoned(step, $0) } ?? none, model: share?.roles.first ?? step.model)
        }
        return PlanMade(
            plan: asked.number, revision: asked.revision, cell: cell, goal: draft.goal, strategy: draft.strategy,
            steps: told, worst: bounds.worst, decided: decided,
            because: asked.because)
    }
}

extension PlanMade {
    /// The plan that stays where this revision is refused; nil for a first one.
    fileprivate var refusable: Int? { revision > 1 ? plan : nil }
}
