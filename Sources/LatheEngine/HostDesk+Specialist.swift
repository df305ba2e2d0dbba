internal import LatheVocabulary

/// A subtask's wish for a specialist: it goes to the coordinator, whose code may be waiting for this very subtask, so lathe asks the
/// coordinator's model one typed question. What is granted is in the journal; the kernel only begins it.
extension HostDesk {
    private static let wishCharacters = 1_000
    /// Agents whose subtasks are part of a bound that specialists of the parent's would break.
    private static let bounded = ["roundtable_expert", "roundtable_synthesiser"]

    func specialist(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard context != nil, place.parent != nil else {
            throw HostRefusal(
                "not_allowed", "request_specialist: only a subtask asks for one; the session's code has lathe.delegate")
        }
        let need = try arguments.text("need", upTo: Self.wishCharacters)
        let why = try arguments.text("why", upTo: Self.wishCharacters)
        guard ![need, why].contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
            throw HostRefusal("invalid_arguments", "request_specialist: say what you need, and why you cannot do it")
        }
        let past = try await SpecialistPast(services.log)
        let number = delegation.numbers.take(
            .specialist, after: past.newest, orOneOf: past.unanswered(of: place, in: cell, need, why))
        do throws(HostRefusal) {
            return try await decided(SpecialistAsked(specialist: number, cell: cell, need: need, why: why), past)
        } catch {
            // Where it is journaled, and the code asks once more, it is the same wish.
            delegation.numbers.release(.specialist, number)
            throw error
        }
    }

    private func decided(_ asked: SpecialistAsked, _ before: SpecialistPast) async throws(HostRefusal) -> JSONValue {
        if let decided = before.decided[asked.specialist] { return decided.answer }
        var past = before
        let known = past.asked[asked.specialist]?.wish
        let above = place.parent.flatMap { delegation.desks[$0] }
        let found = if let above { await fitting(asked.need, for: above) } else { AgentFinding() }
        var wish = known ?? asked
        if known == nil {
            wish.agents = found.candidates.map(\.name)
            try await journal(.specialistAsked(wish))
            // Of those that ask at once each counts in the order of the journal.
            past = try await SpecialistPast(services.log)
        }
        let decided: SpecialistDecided =
            if let above {
                if let declined = try await rule(wish, past, above) {
                    declined
                } else {
                    try await decision(on: wish, past, found, above)
                }
            } else {
                wish.declined("whoever could grant it has ended")
            }
        try await journal(.specialistDecided(decided))
        return decided.answer
    }

    /// What is declined without asking anybody.
    private func rule(
        _ wish: SpecialistAsked, _ past: SpecialistPast, _ above: HostDesk
    ) async throws(HostRefusal) -> SpecialistDecided? {
        let rules = services.limits.specialists
        let reason: String
        if isSpecialist {
            reason = "a specialist asks for no other one: say in your result what is missing"
        } else if handoff != nil || Self.bounded.contains(agent ?? "") {
            // The budget of a handoff, and of each seat, was worked out and shown before it began.
            reason = "what a handoff or a seat of a roundtable may use is fixed: say in your result what is missing"
        } else if try await isStep(below: above) {
            reason = "what a step of a plan may use is fixed: say in your result what is missing"
        } else if rules.decide == .deny {
            reason = "specialists is \"deny\" in lathe.json: go on without one, and say in your result what is missing"
        } else if past.ofTask(before: wish.specialist) >= rules.perTask {
            reason = "\(rules.perTask) specialists were asked for in this task, the most there may be"
        } else {
            return nil
        }
        return wish.declined(reason)
    }

    /// Whether this subtask is a step of a plan, whose attempts were bounded, and perhaps shown, before it began.
    private func isStep(below above: HostDesk) async throws(HostRefusal) -> Bool {
        guard let own = await delegation.registry.listing.first(where: { $0.place == place }) else { return false }
        return try await PlanPast(services.log, at: above.place).isStep(own.id, labelled: own.label)
    }

    private func decision(
        on wish: SpecialistAsked, _ past: SpecialistPast, _ found: AgentFinding, _ above: HostDesk
    ) async throws(HostRefusal) -> SpecialistDecided {
        let lines = found.candidates.map { "- \($0.name): \($0.summary.singleLine(upTo: 160))" }
        let core = context?.core
        let question = SpecialistQuestion(
            goal: past.goal,
            asker: (agent ?? "agent", place.path.last ?? "", core?["task"]?.stringValue ?? ""), wish: wish,
            agents: lines, budget: above.spending.budget.leftText)
        let model = try await services.modelForHostCall(nil)
        let value = try await ask(
            try HostArguments(
                HostCall(
                    name: "request_specialist",
                    arguments: ["prompt": .string(question.prompt), "returns": SpecialistQuestion.form])),
            model, at: place.questions, spending, nextTurn: nextQuestion)
        var decided = SpecialistQuestion.decision(value["value"] ?? .null, on: wish.specialist)
        for step in decided.steps {
            guard let name = step.agent, let why = await obstacle(to: name, found, above) else { continue }
            decided = wish.declined(
                "the coordinator named the agent \(name.singleLine(upTo: 64)), which cannot be had: \(why)")
        }
        return await consented(decided, wish)
    }

    /// Where the user has a say, what would be granted is granted by them.
    private func consented(_ decided: SpecialistDecided, _ wish: SpecialistAsked) async -> SpecialistDecided {
        guard services.limits.specialists.decide == .ask, decided.decision != .decline else { return decided }
        var answered = decided
        switch await services.specialistConsent?.allows(wish, decided, at: place) {
        case true?: answered.decided = .user
        case false?:
            answered = SpecialistDecided(
                specialist: wish.specialist, decision: .decline, decided: .user, reason: "the user said no to it")
        case nil:
            answered = wish.declined(
                "specialists is \"ask\" in lathe.json, and there is nobody to ask: go on without one")
        }
        return answered
    }

    /// Agents that fit a need and that the parent may delegate to, found as `lathe.agents` finds them.
    private func fitting(_ need: String, for above: HostDesk) async -> AgentFinding {
        let wanted = AgentNeed(
            words: need, limit: SpecialistAsked.mostAgents, session: services.session, only: above.allowance?.names,
            hasRoom: above.place.depth + 1 < services.limits.delegationDepth)
        return (try? await services.library.agents(for: wanted)) ?? AgentFinding()
    }

    /// Why the parent may not delegate to an agent; nil where it may.
    private func obstacle(to name: String, _ found: AgentFinding, _ above: HostDesk) async -> String? {
        if let known = found.leftOut.first(where: { $0.name == name }) { return known.reason.singleLine(upTo: 200) }
        do throws(HostRefusal) {
            try above.allowance?.require(.agent, name)
            try await agent(named: name).requireTaken(
                from: above.place, isHandoff: false, depth: services.limits.delegationDepth)
            return nil
        } catch {
            return error.reason.singleLine(upTo: 200)
        }
    }

    private func agent(named name: String) async throws(HostRefusal) -> Agent {
        do throws(LibraryError) {
            return try await services.library.agent(named: name, for: services.session)
        } catch {
            throw HostRefusal("library", error.reason)
        }
    }
}

extension PlanPast {
    /// Whether a subtask is a step's: as the plan's kernel told, or, before it told anything of the step, by the label.
    fileprivate func isStep(_ subtask: Int, labelled label: String) -> Bool {
        if subtasks.values.contains(where: { $0.contains(subtask) }) { return true }
        return made.values.contains { plan in
            !isEnded(plan.plan) && !isSettled(label, of: plan.plan) && plan.steps.contains { $0.name == label }
        }
    }
}

extension SpecialistAsked {
    fileprivate func declined(_ reason: String) -> SpecialistDecided {
        SpecialistDecided(specialist: specialist, decision: .decline, decided: .rule, reason: reason)
    }
}

extension SpecialistDecided {
    /// What the asking code is told: what to begin, by number; agents and tasks are read from the journal again.
    fileprivate var answer: JSONValue {
        [
            "specialist": .integer(specialist), "decision": .string(decision.rawValue), "reason": .string(reason),
            "decided": .string(decided.rawValue), "steps": .array(steps.map { .string($0.task) }),
        ]
    }
}
