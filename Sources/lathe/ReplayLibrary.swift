internal import LatheLibrary
internal import LatheVocabulary
internal import Synchronization

/// A library that a replay only reads: what the recorded session saved is answered as it was then, and written nowhere.
final class ReplayLibrary: CapabilityLibrary {
    private struct Key: Hashable, Sendable {
        var kind: Capability.Kind
        var name: String
    }

    private let library: any CapabilityLibrary
    private let findings: Mutex<RecordedFindings<Result<CapabilityFinding, LibraryError>>>
    private let servings: Mutex<RecordedServings>
    private let agentFindings: Mutex<RecordedFindings<AgentFinding>>
    /// The session that is followed, whose proposals are open to what follows it.
    private let followed: String
    private let answers: Mutex<[Key: [Result<SavedCapability, LibraryError>]]>
    /// Whether what goes beyond the recording is saved for real.
    private let goesOn: Bool

    /// `events` are those of the session that is followed.
    init(_ library: any CapabilityLibrary, following events: [Event], of session: String, goesOn: Bool) {
        self.library = library
        followed = session
        self.goesOn = goesOn
        var answers: [Key: [Result<SavedCapability, LibraryError>]] = [:]
        var asked: [Int: Key] = [:]
        for event in events where event.place == .coordinator {
            switch event.body {
            case .hostCalled(let call):
                let kinds: [String: Capability.Kind] = ["save_function": .function, "save_agent": .agent]
                if let kind = kinds[call.name], let name = call.arguments["name"]?.stringValue {
                    asked[call.call] = Key(kind: kind, name: name)
                }
            case .capabilitySaved(let saved):
                answers[Key(kind: saved.capability.kind, name: saved.capability.name), default: []].append(
                    .success(saved))
            case .hostAnswered(let answer):
                if let key = asked[answer.call], let reason = answer.reason {
                    answers[key, default: []].append(.failure(LibraryError(.refused, reason)))
                }
            default: break
            }
        }
        self.answers = Mutex(answers)
        findings = Mutex(RecordedFindings(ofCapabilitiesIn: events))
        servings = Mutex(RecordedServings(in: events))
        agentFindings = Mutex(RecordedFindings(ofAgentsIn: events))
    }

    /// As it was answered then; a search that the recorded session did not make goes through the library as it is.
    func find(_ need: CapabilityNeed, among tools: SearchedTools?) async throws(LibraryError) -> CapabilityFinding {
        if let recorded = findings.withLock({ $0.take(need.words, upTo: need.limit) }) { return try recorded.get() }
        return try await library.find(need, among: tools)
    }

    /// As it was answered then, so that the same agent is chosen; a search that was not made then goes through the library as it is.
    func agents(for need: AgentNeed) async throws(LibraryError) -> AgentFinding {
        if let recorded = agentFindings.withLock({ $0.take(need.words, upTo: need.limit) }) { return recorded }
        return try await library.agents(for: need)
    }

    func save(_ proposal: CapabilityProposal) async throws(LibraryError) -> SavedCapability {
        let key = Key(kind: proposal.kind, name: proposal.name)
        let recorded = answers.withLock { answers -> Result<SavedCapability, LibraryError>? in
            guard let first = answers[key]?.first else { return nil }
            answers[key]?.removeFirst()
            return first
        }
        if let recorded { return try recorded.get() }
        guard goesOn else {
            throw LibraryError(
                .refused, "the recorded session saved no \(proposal.kind.rawValue) \(proposal.name) here")
        }
        return try await library.save(proposal)
    }

    /// Found out anew: it writes nothing.
    func examine(_ proposal: CapabilityProposal) async throws(LibraryError) -> ExaminedProposal {
        try await library.examine(proposal)
    }

    func list() async throws(LibraryError) -> [Capability] { try await library.list() }

    /// As it was given then; what the recorded session was not given is the library's to decide, as for that session.
    func serve(
        _ kind: Capability.Kind, named name: String, to session: String
    ) async throws(LibraryError) -> ServedCapability {
        if let recorded = servings.withLock({ $0.take(kind, name) }) { return recorded }
        return try await library.serve(kind, named: name, to: followed)
    }

    func agent(named name: String, for session: String) async throws(LibraryError) -> Agent {
        if let recorded = servings.withLock({ $0.agent(name) }) { return recorded }
        return try await library.agent(named: name, for: followed)
    }

    /// What only follows a recording brings nothing; what goes on beyond it does.
    func add(_ uses: [SessionUse]) async throws(LibraryError) -> [CapabilityDemoted] {
        try await library.add(uses)
    }

    func source(of kind: Capability.Kind, named name: String) async throws(LibraryError) -> String {
        try await library.source(of: kind, named: name)
    }
}
