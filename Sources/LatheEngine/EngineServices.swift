package import LatheVocabulary

/// The ports that an engine works with, and its bounds.
package struct EngineServices: Sendable {
    package var session: String
    package var log: EventLog
    package var placement: any KernelPlacement
    package var library: any CapabilityLibrary
    /// The model of a role (`default`, `small` …); nil means `default`.
    package var model: @Sendable (String?) async throws(ModelError) -> any LanguageModel
    /// The model at a position of a role's chain of fallbacks, 0 for the role's own; nil behind the last.
    package var fallback: @Sendable (String?, Int) async throws(ModelError) -> (any LanguageModel)?
    package var limits: EngineLimits
    /// Where the working memory is saved; nil where it is not.
    package var memory: SessionMemory?
    /// The tools that code may call; nil for none.
    package var tools: SessionTools?
    /// What the project remembers across its sessions; nil where nothing is remembered or recalled.
    package var recollections: SessionRecollections?
    /// Asks the user about handoffs; nil where nobody can be asked.
    package var handoffConsent: (any HandoffConsent)?
    /// Shows plans to the user; nil where nobody can be asked.
    package var planReview: (any PlanReview)?
    /// Asks the user about specialists; nil where nobody can be asked.
    package var specialistConsent: (any SpecialistConsent)?
    /// The words of a text that command its reader, where it has such; nil where no rule is at hand, and then no context is edited.
    package var commandingWords: (@Sendable (String) -> String?)?
    /// What the project has to say to the coordinator's model; nil for nothing.
    package var instructions: ProjectInstructions?
    /// What code of the session that this one follows read of its messages; nil where it follows none.
    package var recordedReadings: RecordedReadings?
    /// The events of that session.
    package var followed: [Event] = []
    /// What the session ran with, for what it saves.
    package var origin: SessionOrigin
    /// Brings what kernels say of capabilities to the library.
    let uses: MeasuredUses
    /// The task ledger and the progress ledger of the session.
    let ledgers = LedgerKeeper()
    /// Brings what tasks came to, to what the project remembers.
    let episodes: EpisodeKeeper

    package init(
        session: String, log: EventLog, placement: any KernelPlacement, library: any CapabilityLibrary,
        limits: EngineLimits = EngineLimits(), memory: SessionMemory? = nil,
        tools: SessionTools? = nil, recollections: SessionRecollections? = nil,
        instructions: ProjectInstructions? = nil, origin: SessionOrigin = SessionOrigin(),
        fallback: @escaping @Sendable (String?, Int) async throws(ModelError) -> (any LanguageModel)? = {
            (_: String?, _: Int) async throws(ModelError) -> (any LanguageModel)? in nil
        },
        model: @escaping @Sendable (String?) async throws(ModelError) -> any LanguageModel
    ) {
        self.session = session
        self.log = log
        self.placement = placement
        self.library = library
        self.limits = limits
        self.memory = memory
        self.tools = tools
        self.recollections = recollections
        self.instructions = instructions
        self.origin = origin
        self.model = model
        self.fallback = fallback
        log.follow { [ledgers] in ledgers.take($0) }
        uses = MeasuredUses(session: session, log: log, library: library)
        episodes = EpisodeKeeper(session: session, log: log, recollections: recollections)
    }

    /// The models of a role's chain that can be made, the role's own first.
    func chain(of role: String?) async -> [any LanguageModel] {
        var models: [any LanguageModel] = []
        if let first = try? await model(role) { models.append(first) }
        for position in 1..<Self.longestChain {
            do throws(ModelError) {
                guard let next = try await fallback(role, position) else { break }
                models.append(next)
            } catch {
                // It cannot take over either.
                continue
            }
        }
        return models
    }

    /// As many models as a chain may have in lathe.json.
    private static let longestChain = 8

    /// Sees whether the turns of a place get on.
    func stalls(at place: Place) -> StallWatch {
        StallWatch(rules: limits.stalls, stops: limits.stops, ledgers: ledgers, place: place)
    }

    /// The models that take over for a role.
    func fallbacks(of role: String?) -> Fallbacks {
        Fallbacks { [fallback] (position: Int) async throws(ModelError) -> (any LanguageModel)? in
            try await fallback(role, position)
        }
    }
}
