internal import LatheVocabulary

/// A context that a subtask made better by its own edits, as its journal has it: what may be proposed as a version of its agent.
struct RefinedContext: Sendable {
    let subtask: Int
    let agent: Agent
    let context: EditableContext
    let kept: ContextKept

    /// `events` are the session's. Throws with what is missing.
    init(of subtask: Int, for owner: Place, in events: [Event]) throws(HostRefusal) {
        var started: SubtaskStarted?
        var outcome: SubtaskOutcome?
        for event in events {
            if case .subtaskStarted(let one) = event.body, one.id == subtask { started = one }
            if case .subtaskFinished(let one) = event.body, one.id == subtask { outcome = one }
        }
        guard let started, let outcome, started.place.parent == owner, outcome.status == .complete else {
            throw Self.refusal(subtask, "it is no subtask of this session that completed")
        }
        var fold = ContextFold()
        var kept: ContextKept?
        for event in events where event.place == started.place {
            fold.apply(event.body)
            if case .contextKept(let one) = event.body { kept = one }
            if case .contextRestored = event.body { kept = nil }
        }
        guard let kept, kept.isBetter, kept.edit == fold.edits else {
            throw Self.refusal(subtask, "no edit of its context was found better than what it had")
        }
        guard fold.context.readOthers == nil else {
            throw Self.refusal(
                subtask, "it wrote its context after reading what others wrote, which stays out of the library")
        }
        guard !fold.context.focus.isEmpty || !fold.context.notes.isEmpty else {
            throw Self.refusal(
                subtask, "its context has neither focus nor notes; what it includes is of its session alone")
        }
        (self.subtask, agent, context, self.kept) = (subtask, started.agent, fold.context, kept)
    }

    private static func refusal(_ subtask: Int, _ why: String) -> HostRefusal {
        HostRefusal("refused", "save_refined: subtask://\(subtask) has nothing to save: \(why)")
    }

    /// What stands below the agent's instructions from then on.
    var addition: String {
        [
            context.focus.isEmpty ? nil : "Look first at: \(context.focus)",
            context.notes.isEmpty ? nil : "Known from earlier work: \(context.notes)",
        ].compactMap { $0 }.joined(separator: "\n")
    }

    /// Where it comes from, for a reviewer.
    var provenance: String {
        "Instructions refined by subtask://\(subtask) in edit \(kept.edit): before \(kept.before.sentence); after \(kept.after.sentence)."
    }

    /// Whether a source holds the addition, letter by letter and figure by figure.
    func isIn(_ source: String) -> Bool { Self.letters(source).contains(Self.letters(addition)) }

    /// Without line ends, also such as a literal of Python writes.
    private static func letters(_ text: String) -> String {
        String(text.replacing("\\n", with: " ").filter { $0.isLetter || $0.isNumber })
    }

    /// What the kernel makes a source of.
    var json: JSONValue {
        [
            "name": .string(agent.name), "instructions": .string(agent.instructions), "addition": .string(addition),
            "returns": agent.returns ?? .null, "model": agent.modelRole.map { .string($0) } ?? .null,
            "limits": agent.limits?.json ?? .null,
            "tools": agent.tools.map { .array($0.map { .string($0) }) } ?? .null,
            "is_saved": .bool(agent.isSaved), "provenance": .string(provenance),
        ]
    }
}

extension HostDesk {
    /// What of a subtask's context may be saved.
    func refined(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard place == .coordinator else {
            throw HostRefusal("not_allowed", "save_refined: only the coordinator saves capabilities")
        }
        return try await refinement(try arguments.integer("subtask", in: 1...1_000_000_000)).json
    }

    /// For a call of `save_agent` that says it saves such: lathe's own words of where it comes from.
    func provenance(_ arguments: HostArguments, _ source: String) async throws(HostRefusal) -> String? {
        guard let id = try arguments.optionalInteger("refined", in: 1...1_000_000_000) else { return nil }
        let refined = try await refinement(id)
        guard refined.isIn(source) else {
            throw HostRefusal(
                "invalid_arguments", "\(arguments.call): the source does not hold the context of subtask://\(id)")
        }
        return refined.provenance
    }

    private func refinement(_ id: Int) async throws(HostRefusal) -> RefinedContext {
        let events: [Event]
        do throws(JournalError) {
            events = try await services.log.events(after: 0)
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
        return try RefinedContext(of: id, for: place, in: events)
    }
}
