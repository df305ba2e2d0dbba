internal import LatheVocabulary

/// Handing work over: the giver initiates and settles, the receiver accepts or declines. Who calls is known from the desk.
extension HostDesk {
    private static let bounds = (goal: 4_000, text: 4_000, questions: 400, reason: 600, within: 1.0...86_400.0)

    /// The giver: may it be handed over at all? The receiver itself is begun with `delegate`.
    func handoff(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard place == .coordinator else {
            throw HostRefusal(
                "not_allowed",
                "only the session's kernel hands over, since only its memory can be rolled back; delegate")
        }
        let within = arguments.present("within")?.numberValue ?? 120
        guard Self.bounds.within.contains(within) else {
            throw HostRefusal("invalid_arguments", "handoff: within is 1 second to a day")
        }
        var asked = HandoffInitiated(
            handoff: 0, cell: cell, agent: try arguments.text("agent", upTo: 64).singleLine(upTo: 64),
            goal: try arguments.text("goal", upTo: Self.bounds.goal),
            questions: arguments.present("questions") == nil
                ? [] : try arguments.texts("questions", upTo: Self.bounds.questions),
            soFar: try arguments.optionalText("so_far", upTo: Self.bounds.text) ?? "", within: within, ground: .rule)
        let past = try await HandoffPast(services.log)
        asked.handoff = delegation.numbers.take(
            .handoff, after: past.newest, orOneOf: past.unbegun(of: place, in: cell, asked.agent, asked.goal))
        if let known = past.initiated[asked.handoff] { return package(known.terms) }
        do throws(HostRefusal) {
            return try await initiated(asked, arguments)
        } catch {
            delegation.numbers.giveBack(.handoff, asked.handoff)
            throw error
        }
    }

    private func initiated(
        _ asked: HandoffInitiated, _ arguments: HostArguments
    ) async throws(HostRefusal) -> JSONValue {
        var asked = asked
        let mustAsk = try arguments.optionalFlag("approve") ?? false
        if let why = await reasonToAsk(try arguments.budget("budget"), mustAsk) {
            try await ask(asked, why)
            asked.ground = .user
        }
        try await journal(.handoffInitiated(asked))
        return package(asked)
    }

    /// Why the user has to be asked; nil where a rule decides.
    private func reasonToAsk(_ limits: BudgetLimits, _ mustAsk: Bool) async -> String? {
        if mustAsk { return "the code that hands over asks for your word" }
        let rules = services.limits.handoff
        switch rules.approve {
        case .never: return nil
        case .always: return "handoff.approve in lathe.json is \"always\""
        case .risky: break
        }
        if let servers = try? await services.tools?.access.servers(), !servers.isEmpty {
            return "the receiver can call the tools of \(servers.count) servers"
        }
        let budget = spending.budget
        for item in [BudgetItem.tokens, .microdollars, .modelCalls] {
            guard let left = budget.left(item), left > 0 else { continue }
            let wanted = limits.limit(of: item) ?? left
            if Double(wanted) > rules.share * Double(left) {
                return "it may use \(item.text(wanted)) of the \(item.text(left)) that are left"
            }
        }
        return nil
    }

    private func ask(_ asked: HandoffInitiated, _ why: String) async throws(HostRefusal) {
        switch await services.handoffConsent?.allows(asked, why: why) {
        case true?: return
        case false?: throw HostRefusal("not_allowed", "the user said no to this handoff; go on without it")
        case nil:
            throw HostRefusal(
                "not_allowed",
                "this handoff needs the user's word (\(why)), and there is nobody to ask: go on without it. A budget of its "
                    + "own makes it less; the user can allow all: {\"handoff\": {\"approve\": \"never\"}} in ~/.config/lathe/lathe.json"
            )
        }
    }

    private func package(_ initiated: HandoffInitiated) -> JSONValue {
        let ledger = LedgerText(services.ledgers.safeView(of: place), within: 4_000, isWhole: true)
        return [
            "handoff": .integer(initiated.handoff), "ledger": .string(ledger.text),
            "left": spending.budget.leftText.map { .string($0) } ?? .null,
        ]
    }

    /// The receiver takes over.
    func accept() async throws(HostRefusal) -> JSONValue {
        let terms = try received("accept")
        guard terms.state == .waiting else {
            guard terms.state == .accepted else { throw Self.over(terms) }
            return [:]
        }
        guard terms.settle(.accepted) == .accepted else { throw Self.over(terms) }
        try await journal(.handoffAccepted(HandoffAccepted(handoff: terms.number)))
        return [:]
    }

    /// The receiver will not: its work ends with the cell.
    func decline(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let terms = try received("decline")
        let reason = try arguments.text("reason", upTo: Self.bounds.reason).singleLine(upTo: Self.bounds.reason)
        guard !reason.allSatisfy(\.isWhitespace) else {
            throw HostRefusal("invalid_arguments", "decline: say why, so that the giver can go on")
        }
        guard terms.settle(.declined(reason)) == .declined(reason) else { throw Self.over(terms) }
        try await journalOnce(.handoffDeclined(HandoffDeclined(handoff: terms.number, reason: reason)))
        answers.end()
        return [:]
    }

    private func received(_ call: String) throws(HostRefusal) -> HandoffTerms {
        guard let handoff else {
            throw HostRefusal("not_allowed", "\(call) is for who was handed something over with lathe.handoff")
        }
        return handoff
    }

    private static func over(_ terms: HandoffTerms) -> HostRefusal {
        switch terms.state {
        case .waiting: HostRefusal("not_allowed", "the handoff is open")
        case .accepted: HostRefusal("not_allowed", "the handoff is accepted: finish it with lathe.answer(value)")
        case .declined(let reason): HostRefusal("gone", "the handoff was declined: \(reason)")
        case .expired: HostRefusal("gone", "the handoff was not accepted in time")
        }
    }

    /// The giver's end of it: the receiver's result is its own, or its memory goes back to the checkpoint when the cell has ended.
    func endHandoff(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let number = try arguments.integer("handoff", in: 1...1_000_000)
        let past = try await HandoffPast(services.log)
        let initiated = try past.open(number, of: place)
        let id = try arguments.optionalInteger("subtask", in: 1...1_000_000_000)
        var outcome: SubtaskOutcome?
        if let id {
            guard await delegation.registry.owns(place, [id]) else {
                throw HostRefusal("not_allowed", "handoff: \(id) is no subtask of this kernel")
            }
            outcome = await delegation.registry.outcomes(of: [id], within: 0).first
            // Its reason is the receiver's words.
            try await expose(toWork: [id], .outcomes)
        }
        guard outcome?.status != .running else {
            throw HostRefusal("invalid_arguments", "handoff: its subtask still runs")
        }
        let state = past.states[number]
        if let outcome, outcome.status == .complete, state == .accepted {
            if past.completed[number] == nil {
                try await journal(.handoffCompleted(HandoffCompleted(handoff: number, subtask: outcome.id)))
            }
            return ["status": "completed"]
        }
        let told = try arguments.optionalText("reason", upTo: Self.bounds.reason)
        let (cause, reason) = Self.cause(initiated, state, outcome, told)
        return try await rollBack(
            HandoffRolledBack(
                handoff: number, cause: cause, reason: reason,
                checkpoint: try arguments.integer("checkpoint", in: 1...1_000_000_000), subtask: id), past)
    }

    private func rollBack(
        _ back: HandoffRolledBack, _ past: HandoffPast
    ) async throws(HostRefusal) -> JSONValue {
        guard let seat else { throw HostRefusal("not_allowed", "there is no kernel") }
        _ = try await seat.requestRollback(to: .integer(back.checkpoint))
        if past.rolledBack[back.handoff] == nil { try await journal(.handoffRolledBack(back)) }
        return [
            "status": "rolled_back", "cause": .string(back.cause.rawValue), "reason": .string(back.reason),
            "checkpoint": .integer(back.checkpoint),
        ]
    }

    private static func cause(
        _ initiated: HandoffInitiated, _ state: HandoffTerms.State?, _ outcome: SubtaskOutcome?, _ told: String?
    ) -> (HandoffRolledBack.Cause, String) {
        let reason = (outcome?.reason ?? told ?? "it never began").singleLine(upTo: bounds.reason)
        switch state {
        case .declined(let why): return (.declined, why)
        case .accepted: return (.failed, reason)
        case .waiting, .expired, nil: break
        }
        guard let outcome, outcome.turns > 0 || outcome.status != .notRun else { return (.failed, reason) }
        return outcome.reason.hasPrefix(expiredPrefix) ? (.expired, reason) : (.unaccepted, reason)
    }

    private static let expiredPrefix = "did not accept"
}
