internal import LatheLibrary
internal import LatheVocabulary

/// The library with one agent as it is being tested, whether or not any session may use it. Writes and counts nothing.
struct StagedLibrary: CapabilityLibrary {
    private let library: any CapabilityLibrary
    private let staged: StagedAgent

    init(_ library: any CapabilityLibrary, staging staged: StagedAgent) {
        self.library = library
        self.staged = staged
    }

    private func isStaged(_ kind: Capability.Kind, _ name: String) -> Bool {
        kind == .agent && name == staged.agent.name
    }

    func serve(
        _ kind: Capability.Kind, named name: String, to session: String
    ) async throws(LibraryError) -> ServedCapability {
        isStaged(kind, name) ? staged.served : try await library.serve(kind, named: name, to: session)
    }

    func agent(named name: String, for session: String) async throws(LibraryError) -> Agent {
        isStaged(.agent, name) ? staged.agent : try await library.agent(named: name, for: session)
    }

    func save(_ proposal: CapabilityProposal) async throws(LibraryError) -> SavedCapability {
        throw LibraryError(.refused, "nothing is saved while an example is run")
    }

    func examine(_ proposal: CapabilityProposal) async throws(LibraryError) -> ExaminedProposal {
        try await library.examine(proposal)
    }

    func list() async throws(LibraryError) -> [Capability] { try await library.list() }

    func find(_ need: CapabilityNeed, among tools: SearchedTools?) async throws(LibraryError) -> CapabilityFinding {
        try await library.find(need, among: tools)
    }

    func agents(for need: AgentNeed) async throws(LibraryError) -> AgentFinding {
        try await library.agents(for: need)
    }

    /// What an example uses is no use.
    func add(_ uses: [SessionUse]) async throws(LibraryError) -> [CapabilityDemoted] { [] }

    func source(of kind: Capability.Kind, named name: String) async throws(LibraryError) -> String {
        try await library.source(of: kind, named: name)
    }
}
