package import LatheVocabulary
internal import Synchronization

/// The tools of a session: where they are, what is allowed by rule, what the user allowed, and what places have read of them.
package final class SessionTools: Sendable {
    private struct State {
        var answers = ToolAnswers()
        var exposures = Exposures()
        /// Places whose calls wait for the user, once for each call.
        var waiting: [Place] = []

        mutating func stopWaiting(_ place: Place) {
            if let index = waiting.firstIndex(of: place) { waiting.remove(at: index) }
        }
    }

    let access: any ToolAccess
    let rules: ToolRules
    private let consent: (any ToolConsent)?
    private let kept: KeptAnswers?
    private let asking = AsyncGate(1)
    private let state = Mutex(State())
    /// Which tools may be found, by place in what was searched last.
    let offered = Mutex<(generation: Int, isOffered: [Bool])?>(nil)

    /// `consent` is nil where nobody can be asked, `kept` where no answer holds beyond the session.
    package init(access: any ToolAccess, rules: ToolRules, consent: (any ToolConsent)? = nil, kept: KeptAnswers? = nil)
    {
        self.access = access
        self.rules = rules
        self.consent = consent
        self.kept = kept
    }

    /// Takes up what the session's journal says of answers and of what was read.
    func recall(_ past: SessionPast) {
        state.withLock { state in
            state.answers = past.toolAnswers
            state.exposures = past.exposures
        }
    }

    // MARK: What was read

    /// The inputs that the session has from now on.
    package func note(inputs: [DataInput]) { state.withLock { $0.exposures.apply(inputs: inputs) } }

    func note(_ exposed: Exposed, at place: Place) { state.withLock { $0.exposures.apply(exposed, at: place) } }

    func exposure(of place: Place) -> Exposure { state.withLock { $0.exposures.of(place) } }

    /// What a place reads for the first time with the answer of a tool.
    func exposure(by tool: ToolDefinition, _ source: ToolSource) -> [Exposure.Kind] {
        rules.exposure(by: tool, source)
    }

    // MARK: Deciding

    enum Verdict: Sendable, Hashable {
        case allowed(ToolUse.Ground)
        case refused(String)
    }

    private enum Standing {
        case settled(Verdict)
        case asked(ConsentReason)
    }

    /// Decides on a call; waits for the user where that is due. `journal` records what the user said before anyone acts on it.
    ///
    /// Questions are put one at a time, and an answer to the one before may make the next one needless.
    func verdict(
        on request: ToolRequest, of tool: ToolDefinition, from source: ToolSource,
        journal: (EventBody) async throws(HostRefusal) -> Void
    ) async throws(HostRefusal) -> Verdict {
        if case .settled(let verdict) = try standing(of: tool, source, at: request.place) { return verdict }
        guard let consent else { return .refused(unasked(tool, source, at: request.place)) }
        state.withLock { $0.waiting.append(request.place) }
        defer { state.withLock { $0.stopWaiting(request.place) } }
        guard await asking.enter() else {
            throw HostRefusal("cancelled", "stopped while it waited for its turn to ask about \(tool.fullName)")
        }
        let result: Result<Verdict, HostRefusal>
        do throws(HostRefusal) {
            result = .success(try await asked(request, tool, source, consent, journal))
        } catch {
            result = .failure(error)
        }
        await asking.leave()
        return try result.get()
    }

    /// Whether a call of a place, or of one below it, waits for the user.
    func waitsForUser(within place: Place) -> Bool {
        state.withLock { $0.waiting.contains { $0.isWithin(place) } }
    }

    private func asked(
        _ request: ToolRequest, _ tool: ToolDefinition, _ source: ToolSource, _ consent: any ToolConsent,
        _ journal: (EventBody) async throws(HostRefusal) -> Void
    ) async throws(HostRefusal) -> Verdict {
        let reason: ConsentReason
        switch try standing(of: tool, source, at: request.place) {
        case .settled(let verdict): return verdict
        case .asked(let why): reason = why
        }
        var request = request
        request.reason = reason
        let answer = Task.isCancelled ? .nobody : await consent.answer(to: request)
        var isExposed: Bool?
        if case .exposed = reason { isExposed = true }
        let decided = EventBody.toolDecided(
            ToolDecided(
                cell: request.cell, server: tool.server, tool: tool.name, answer: answer,
                definition: source.definition, isExposed: isExposed))
        try await journal(decided)
        state.withLock { $0.answers.apply(decided) }
        switch answer {
        case .once: return try await unchanged(tool, source, .once)
        case .session: return try await unchanged(tool, source, .session)
        case .always:
            let verdict = try await unchanged(tool, source, .always)
            try await keep(tool, source, journal)
            return verdict
        case .no:
            return .refused(
                "the user said no to \(tool.fullName) with these arguments; do without it, or say why it is needed")
        case .nobody: return .refused(unasked(tool, source, at: request.place))
        }
    }

    /// An answer that cannot be kept holds for this call, and that is told.
    private func keep(
        _ tool: ToolDefinition, _ source: ToolSource, _ journal: (EventBody) async throws(HostRefusal) -> Void
    ) async throws(HostRefusal) {
        let problem: String?
        do throws(ToolError) {
            try kept?.keep(tool, source)
            problem = kept == nil ? "there is no place to keep it" : nil
        } catch {
            problem = error.reason
        }
        guard let problem else { return }
        try await journal(
            .notice(Notice(.warning, "\"Always\" for \(tool.fullName) holds for this call alone: \(problem)")))
    }

    /// Denied is denied. Then count the user's answers for the session, as far as they reach; then what may carry data out is
    /// asked about by code that has read what others wrote; then come rules and the server's claim, and answers for good.
    private func standing(
        of tool: ToolDefinition, _ source: ToolSource, at place: Place
    ) throws(HostRefusal) -> Standing {
        let decision = rules.decision(on: tool)
        if case .denied(let pattern) = decision {
            return .settled(
                .refused("\(tool.fullName) is denied by \"\(pattern)\" in lathe.json; the user alone can change that"))
        }
        let (answers, exposure) = state.withLock { ($0.answers, $0.exposures.of(place)) }
        let isGuarded = exposure.has(.untrusted) && rules.guards(tool, source)
        if answers.allow(tool, source, exposed: isGuarded) { return .settled(.allowed(.session)) }
        if isGuarded { return .asked(.exposed(exposure)) }
        switch decision {
        case .allowed(let ground): return .settled(.allowed(ground))
        case .asked(let pattern?): return .asked(.rule(pattern))
        case .asked, .denied: break
        }
        do throws(ToolError) {
            if try kept?.holds(tool, source) == true { return .settled(.allowed(.always)) }
        } catch {
            throw HostRefusal(error)
        }
        return .asked(.unnamed)
    }

    private func unasked(_ tool: ToolDefinition, _ source: ToolSource, at place: Place) -> String {
        let name = tool.fullName
        let exposure = exposure(of: place)
        guard exposure.has(.untrusted), rules.guards(tool, source) else {
            return "\(name) may change something, and there is nobody to ask; the user can allow it: "
                + "{\"tools\": {\"allow\": [\"\(name)\"]}} in ~/.config/lathe/lathe.json"
        }
        return "\(name) can carry data out, this session has read \(exposure.read), and there is nobody to ask; "
            + "the user can allow it even so: {\"tools\": {\"allow\": [\"\(name)\"], \"allowExposed\": [\"\(name)\"]}} in "
            + "~/.config/lathe/lathe.json"
    }

    /// What was asked about is what is called, however long the answer took.
    private func unchanged(
        _ tool: ToolDefinition, _ source: ToolSource, _ ground: ToolUse.Ground
    ) async throws(HostRefusal) -> Verdict {
        let now: ToolSource
        do throws(ToolError) {
            now = try access.source(of: try await access.definition(of: tool.name, of: tool.server))
        } catch {
            throw HostRefusal(error)
        }
        guard now.definition == source.definition else {
            return .refused("\(tool.fullName) changed while the user was asked about it; nothing was called")
        }
        return .allowed(ground)
    }
}
