internal import LatheVocabulary

/// A subtask's wish for a specialist: it goes to the coordinator, whose code may be waiting for this very subtask, so lathe asks the
/// coordinator's model one typed question. What is granted is in the journal; the kernel only begins it.
extension HostDesk {
    private static let (wishCharacters, candidates) = (1_000, 5)
    /// Agents whose subtasks are part of a bound that specialists of the parent's would break.
    private static let bounded = ["roundtable_expert", "roundtable_synthesiser"]

    func specialist(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard context != nil, let parent = place.parent else {
            throw HostRefusal(
                "not_allowed", "request_specialist: only a subtask asks for one; the session's code has lathe.delegate")
        }
        let need = try arguments.text("need", upTo: Self.wishCharacters)
        let why = try arguments.text("why", upTo: Self.wishCharacters)
        guard ![need, why].contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
            throw HostRefusal("invalid_arguments", "request_specialist: say what you need, and why you cannot do it")
        }
        let past = try await SpecialistPast(services.log)
        let known = past.known(of: place, in: cell, need, why)
        let agents = known == nil ? await fitting(need, for: delegation.desks[parent]) : []
        let wish =
            known
            ?? SpecialistAsked(
                specialist: past.next, cell: cell, need: need, why: why, agents: agents.map(\.name))
        if known == nil { try await journal(.specialistAsked(wish)) }
        if let decided = past.decided[wish.specialist] { return decided.answer }
        var decided = rule(wish, past, hasParent: delegation.desks[parent] != nil)
        if decided == nil { decided = try await decision(on: wish, past, agents) }
        guard let decided else { throw HostRefusal("not_allowed", "request_specialist: no decision") }
        try await journal(.specialistDecided(decided))
        return decided.answer
    }

    /// What is declined without asking anybody.
    private func rule(_ wish: SpecialistAsked, _ past: SpecialistPast, hasParent: Bool) -> SpecialistDecided? {
        let rules = services.limits.specialists
        let reason: String
        if isSpecialist {
            reason = "a specialist asks for no other one: say in your result what is missing"
        } else if handoff != nil || Self.bounded.contains(agent ?? "") {
            // The budget of a handoff, and of each seat, was worked out and shown before it began.
            reason = "what a handoff or a seat of a roundtable may use is fixed: say in your result what is missing"
        } else if rules.decide == .deny {
            reason = "specialists is \"deny\" in lathe.json: go on without one, and say in your result what is missing"
        } else if past.ofTask >= rules.perTask {
            reason = "\(rules.perTask) specialists were asked for in this task, the most there may be"
        } else if !hasParent {
            reason = "whoever could grant it has ended"
        } else {
            return nil
        }
        return SpecialistDecided(
            specialist: wish.specialist, decision: .decline, decided: .rule, reason: reason)
    }

    private func decision(
        on wish: SpecialistAsked, _ past: SpecialistPast, _ agents: [Agent]
    ) async throws(HostRefusal) -> SpecialistDecided {
        let lines = agents.map { "- \($0.name): \($0.instructions.singleLine(upTo: 160))" }
        let core = context?.core
        let question = SpecialistQuestion(
            goal: past.goal,
            asker: (agent ?? "agent", place.path.last ?? "", core?["task"]?.stringValue ?? ""), wish: wish,
            agents: lines, budget: delegation.desks[place.parent ?? place]?.spending.budget.leftText)
        let model = try await services.modelForHostCall(nil)
        let value = try await ask(
            try HostArguments(
                HostCall(
                    name: "request_specialist",
                    arguments: ["prompt": .string(question.prompt), "returns": SpecialistQuestion.form])),
            model, at: place.questions, spending, nextTurn: nextQuestion)
        var decided = SpecialistQuestion.decision(value["value"] ?? .null, on: wish.specialist)
        for step in decided.steps {
            guard let name = step.agent, let why = await obstacle(to: name) else { continue }
            decided = SpecialistDecided(
                specialist: wish.specialist, decision: .decline, decided: .rule,
                reason: "the coordinator named the agent \(name.singleLine(upTo: 64)), which cannot be had: \(why)")
        }
        return await consented(decided, wish)
    }

    /// Where the user has a say, what would be granted is granted by them.
    private func consented(_ decided: SpecialistDecided, _ wish: SpecialistAsked) async -> SpecialistDecided {
        guard services.limits.specialists.decide == .ask, decided.decision != .decline else { return decided }
        var answered = decided
        switch await services.specialistConsent?.allows(wish, decided) {
        case true?: answered.decided = .user
        case false?:
            answered = SpecialistDecided(
                specialist: wish.specialist, decision: .decline, decided: .user, reason: "the user said no to it")
        case nil:
            answered = SpecialistDecided(
                specialist: wish.specialist, decision: .decline, decided: .rule,
                reason: "specialists is \"ask\" in lathe.json, and there is nobody to ask: go on without one")
        }
        return answered
    }

    /// Agents of the library that fit a need and that the parent may use.
    private func fitting(_ need: String, for parent: HostDesk?) async -> [Agent] {
        let wanted = CapabilityNeed(
            words: need, limit: Self.candidates, session: services.session, only: parent?.allowance?.names)
        guard let found = try? await services.library.find(wanted, among: nil) else { return [] }
        var agents: [Agent] = []
        for name in found.names {
            if let agent = try? await services.library.agent(named: name, for: services.session) {
                agents.append(agent)
            }
        }
        return agents
    }

    private func obstacle(to name: String) async -> String? {
        do throws(LibraryError) {
            _ = try await services.library.agent(named: name, for: services.session)
            return nil
        } catch {
            return error.reason.singleLine(upTo: 200)
        }
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
