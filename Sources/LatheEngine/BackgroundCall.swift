internal import LatheVocabulary
internal import Synchronization

/// A tool call or a question to a model that goes on beside the cells of its kernel.
struct BackgroundCall: Sendable {
    /// What is done: a `tool_call` or an `ask_model` as a cell would make it.
    enum Request: Sendable {
        case tool(HostArguments)
        case question(HostArguments, model: any LanguageModel)

        var kind: BackgroundStarted.Kind {
            if case .tool = self { .tool } else { .question }
        }
    }

    var id: Int
    var label: String
    var place: Place
    /// The cell that began it.
    var cell: Int
    var request: Request
    var desk: HostDesk
    /// Requests of a question that an earlier program run has had answered.
    var turnsSoFar = 0

    private var registry: SubtaskRegistry { desk.delegation.registry }

    /// Makes the call, once; whatever goes wrong is an outcome. It is in the journal before anybody gets it.
    func perform() async -> SubtaskOutcome {
        let clock = ContinuousClock.now
        let spending = Spending(below: desk.spending, budget: desk.spending.budget)
        var outcome = SubtaskOutcome(
            id: id, label: label, place: place, status: .notRun, reason: "stopped before it began")
        outcome.code = "cancelled"
        if !Task.isCancelled {
            do throws(HostRefusal) {
                try await carryOut(spending, &outcome)
            } catch {
                outcome.fail(error)
            }
        }
        if await registry.isUndone(id) { outcome.isOptional = true }
        let spent = spending.total
        (outcome.turns, outcome.usage, outcome.cost) = (spent.turns, spent.usage, spent.cost)
        outcome.seconds = clock.duration(to: .now).seconds
        do throws(JournalError) {
            let ended = try await desk.services.log.record(.backgroundFinished(outcome), at: desk.place)
            await registry.note(id, recordedAs: ended)
        } catch {
            outcome.value = nil
            outcome.fail(HostRefusal("not_allowed", "the journal cannot be written: \(error.reason)"))
        }
        return outcome
    }

    private func carryOut(_ spending: Spending, _ outcome: inout SubtaskOutcome) async throws(HostRefusal) {
        switch request {
        case .tool(let arguments): try await callTool(arguments, &outcome)
        case .question(let arguments, let model):
            await registry.observe(id) {
                let spent = spending.total
                return ["tokens": .integer(spent.usage.total), "microdollars": spent.cost.json]
            }
            try await begin()
            let turns = Mutex(turnsSoFar)
            let value = try await desk.ask(arguments, model, at: place, spending) {
                turns.withLock { turns in
                    turns += 1
                    return turns
                }
            }
            outcome.succeed(value)
        }
    }

    private func begin() async throws(HostRefusal) {
        try await desk.journal(
            .backgroundStarted(BackgroundStarted(id: id, kind: request.kind, label: label, cell: cell)))
    }

    private func callTool(_ arguments: HostArguments, _ outcome: inout SubtaskOutcome) async throws(HostRefusal) {
        let progress = CallProgress(id: id, label: label, log: desk.services.log, place: desk.place)
        await registry.observe(id) { progress.latest?.json ?? [:] }
        let reader = Task { await progress.journal() }
        defer { progress.end() }
        let reply: HostReply
        do throws(HostRefusal) {
            reply = try await desk.callTool(arguments, cell: cell, progress: progress.hear) {
                reads throws(HostRefusal) in
                await registry.note(id, reads: reads)
                try await begin()
            }
        } catch {
            progress.end()
            await reader.value
            throw error
        }
        progress.end()
        await reader.value
        guard case .value(let value) = reply.outcome else { return }
        outcome.succeed(value)
        guard value["result"]?["is_error"]?.boolValue == true else { return }
        (outcome.status, outcome.code) = (.failed, "tool_failed")
        outcome.reason = value["result"]?.words ?? ""
    }
}

extension SubtaskOutcome {
    fileprivate mutating func succeed(_ value: JSONValue) {
        (status, self.value, reason, code) = (.complete, value, "", nil)
    }

    mutating func fail(_ refusal: HostRefusal) {
        (code, reason) = (refusal.code, refusal.reason)
        status =
            switch refusal.code {
            case "not_allowed", "refused", "invalid_arguments": .refused
            case "out_of_budget": .outOfBudget
            case "cancelled": .cancelled
            default: .failed
            }
    }
}

extension JSONValue {
    /// What a tool said of its failure, bounded.
    fileprivate var words: String {
        let texts = (self["content"]?.arrayValue ?? []).compactMap { $0["text"]?.stringValue }
        let said = texts.joined(separator: "\n")
        return said.isEmpty ? "the tool failed, and says nothing of why" : String(said.prefix(2_000))
    }
}
