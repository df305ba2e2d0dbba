internal import Foundation
internal import LatheVocabulary

/// One request to a model: paid for in advance, journaled before it is sent and when it is answered.
struct ModelTurn: Sendable {
    var model: any LanguageModel
    var log: EventLog
    var spending: Spending
    /// Kept from call to call of one conversation.
    var meter = InputMeter()
    /// Whether a call waits for an overloaded account to be tried again, since its conversation would be lost otherwise.
    var waitsForAccount = false
    /// The models that take over where this one cannot be called.
    var fallbacks = Fallbacks.none

    /// A reply shorter than this is of no use: then the budget counts as used up.
    private static let leastOutput = 256

    /// Asks once. The failure is journaled as `turn_failed`; only a journal that cannot be written throws.
    ///
    /// Where the budget has no room for the whole reply, a shorter one is asked for; while room is held by other calls, this waits.
    /// Where the model takes no further call now, this waits too; nothing is set aside meanwhile.
    func ask(_ request: ModelRequest) async throws(JournalError) -> Result<ModelReply, ModelError> {
        guard !model.replays(request), let gate = spending.gates.gate(of: model) else { return try await call(request) }
        guard await gate.enter() else {
            return try await failed(request, ModelError(.cancelled, "stopped while it waited for its turn"))
        }
        do throws(JournalError) {
            let answer = try await call(request)
            await gate.leave()
            return answer
        } catch {
            await gate.leave()
            throw error
        }
    }

    private func call(_ request: ModelRequest) async throws(JournalError) -> Result<ModelReply, ModelError> {
        let budget = spending.budget
        let pass: StoppedAccounts.Pass
        do throws(ModelError) {
            pass = try await enter(request)
        } catch {
            return try await failed(request, error, isUnsent: true)
        }
        var request = request
        let reservation: CallReservation
        do throws(ModelError) {
            reservation = try await reserve(&request, from: budget)
        } catch {
            spending.stopped.end(pass, error)
            return try await failed(request, error)
        }
        if !pass.isTrial, let failure = spending.stopped.failure(of: account(of: request)) {
            // It was stopped while this call waited for budget.
            budget.settle(reservation.amounts, used: [:])
            return try await failed(request, failure, isUnsent: true)
        }
        let amounts = Dictionary(uniqueKeysWithValues: reservation.amounts.map { ($0.key.rawValue, $0.value) })
        do throws(JournalError) {
            try await log.record(
                .turnStarted(
                    TurnStarted(
                        turn: request.turn, model: model.name, request: request,
                        reserved: amounts.isEmpty ? nil : amounts)), at: request.place)
        } catch {
            budget.settle(reservation.amounts, used: [:])
            spending.stopped.end(pass, ModelError(.cancelled, "not journaled"))
            throw error
        }
        return try await send(request, reservation, pass)
    }

    /// Whose account a call is counted on. A recorded failure is that call's alone: it stops no other.
    private func account(of request: ModelRequest) -> String {
        model.replays(request) ? "replayed \(request.place) \(request.turn)" : model.account
    }

    /// Passes the account's circuit breaker.
    private func enter(_ request: ModelRequest) async throws(ModelError) -> StoppedAccounts.Pass {
        try await spending.stopped.enter(account(of: request), waits: waitsForAccount) { [log] seconds, error in
            let told = "in \(Int(seconds.rounded(.up))) s, when the account is tried again: \(error.reason)"
            log.show(.replyProgressed(ReplyProgressed(turn: request.turn, retry: told)), at: request.place)
        }
    }

    private func send(
        _ request: ModelRequest, _ reservation: CallReservation, _ pass: StoppedAccounts.Pass
    ) async throws(JournalError) -> Result<ModelReply, ModelError> {
        let (place, turn, started) = (request.place, request.turn, ContinuousClock.now)
        let answer = await reservation.run { [model, log, request] in
            do throws(ModelError) {
                return .success(
                    try await model.reply(to: request) { progress in
                        if case .retrying(_, _, _, let mayHaveCost) = progress {
                            reservation.retry(afterCost: mayHaveCost)
                        }
                        log.show(.replyProgressed(ReplyProgressed(turn: turn, progress)), at: place)
                    })
            } catch {
                return .failure(error)
            }
        }
        let untold = { reservation.untoldAttempts == 0 ? nil : reservation.untoldAttempts }
        switch answer {
        case .success(let reply):
            reservation.settle(reply)
            spending.stopped.end(pass, nil)
            meter.take(reply.usage, of: request)
            spending.add(reply)
            let finished = TurnFinished(
                turn: turn, reply: reply, seconds: started.duration(to: .now).seconds,
                isReplayed: model.replays(request),
                untoldAttempts: untold(),
                onMain: model.replays(request) ? nil : spending.main.reckoned(reply, of: model))
            do throws(JournalError) {
                try await log.record(.turnFinished(finished), at: place)
            } catch {
                // A reply that arrived but cannot be journaled counts as lost: nothing may act on it.
                return try await failed(
                    request, ModelError(.badReply, "the reply could not be written to the journal: \(error.reason)"))
            }
            return .success(reply)
        case .failure(let error):
            let told = reservation.shortage.map { Self.error($0, model) } ?? error
            reservation.settle(error)
            spending.stopped.end(pass, error)
            return try await failed(request, told, untold: untold())
        }
    }

    /// Puts the next model of the chain in this one's place after a failure; false where none can take over.
    mutating func fallBack(after request: ModelRequest, _ error: ModelError) async throws(JournalError) -> Bool {
        guard let (next, told) = await fallbacks.next(after: model, request, error) else { return false }
        try await log.record(.modelFellBack(told), at: request.place)
        model = next
        // What was measured was measured in the other model's tokens.
        meter = InputMeter()
        return true
    }

    /// Journals a failure. Where a chain has further models and none of them can be made, the reason says why of each.
    private func failed(
        _ request: ModelRequest, _ error: ModelError, untold: Int? = nil, isUnsent: Bool? = nil
    ) async throws(JournalError) -> Result<ModelReply, ModelError> {
        var error = error
        let obstacles = await fallbacks.obstacles(after: model, request, error)
        if !obstacles.isEmpty {
            error.reason += " No other model of its chain can take over: \(obstacles.joined(separator: " "))"
        }
        let failed = TurnFailed(
            turn: request.turn, code: error.code, reason: error.reason, untoldAttempts: untold, isUnsent: isUnsent)
        try await log.record(.turnFailed(failed), at: request.place)
        return .failure(error)
    }

    // MARK: Paying in advance

    /// Sets aside what the call can use at most, and cuts the reply's length to what there is.
    private func reserve(_ request: inout ModelRequest, from budget: Budget) async throws(ModelError) -> CallReservation
    {
        // A recorded reply costs nothing and is as long as it is.
        guard !model.replays(request) else { return CallReservation([:], of: budget) }
        while true {
            let amounts = try worstCase(&request, budget)
            do throws(Budget.Shortage) {
                try budget.reserve(amounts)
                return CallReservation(amounts, of: budget)
            } catch {
                guard error.isPassing else { throw Self.error(error, model) }
            }
            do {
                // Other calls give back what they do not use when their replies come, seconds from now.
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                throw ModelError(.cancelled, "stopped while it waited for budget")
            }
        }
    }

    private func worstCase(_ request: inout ModelRequest, _ budget: Budget) throws(ModelError) -> Amounts {
        var amounts: Amounts = [:]
        if budget.limit(.modelCalls) != nil { amounts[.modelCalls] = 1 }
        let input = meter.bound(of: request)
        var output = request.maxOutputTokens
        if let left = budget.left(.tokens) { output = min(output, left - input) }
        if let left = budget.left(.microdollars) { output = min(output, try affordable(left, input)) }
        let least = min(Self.leastOutput, request.maxOutputTokens)
        request.maxOutputTokens = max(output, least)
        if budget.limit(.tokens) != nil { amounts[.tokens] = input + request.maxOutputTokens }
        if budget.limit(.microdollars) != nil {
            amounts[.microdollars] = try cost(input, request.maxOutputTokens)
        }
        return amounts
    }

    /// The output tokens that so much money pays for, after the input.
    private func affordable(_ microdollars: Int, _ input: Int) throws(ModelError) -> Int {
        let perMillion = try cost(0, 1_000_000)
        guard perMillion > 0 else { return .max }
        let left = Double(microdollars - (try cost(input, 0)) - 1)
        return Int(max(left / Double(perMillion) * 1_000_000, 0).rounded(.down))
    }

    private func cost(_ input: Int, _ output: Int) throws(ModelError) -> Int {
        guard case .microdollars(let cost) = model.worstCost(inputTokens: input, outputTokens: output) else {
            throw ModelError(
                .budget,
                "No price is known for \(model.name), so it cannot be held to a limit of money. Set models.\(model.name).price in "
                    + "lathe.json, or limit tokens: --budget-tokens.")
        }
        return cost
    }

    private static func error(_ shortage: Budget.Shortage, _ model: any LanguageModel) -> ModelError {
        let item = shortage.item
        return ModelError(
            .budget,
            "The budget of \(item.text(shortage.limit)) has no room for another call of \(model.name): it may need "
                + "\(item.text(shortage.needed)), and \(item.text(shortage.left)) are left.")
    }
}

extension ReplyProgressed {
    init(turn: Int, _ progress: ReplyProgress) {
        switch progress {
        case .text(let text): self.init(turn: turn, text: text)
        case .code(let code): self.init(turn: turn, code: code)
        case .retrying(let attempt, let seconds, let reason, _):
            let wait = (seconds * 10).rounded() / 10
            self.init(turn: turn, retry: "attempt \(attempt) in \(wait) s: \(reason)")
        }
    }
}

extension Duration {
    /// The duration in seconds.
    package var seconds: Double {
        let (whole, atto) = components
        return Double(whole) + Double(atto) / 1e18
    }
}
