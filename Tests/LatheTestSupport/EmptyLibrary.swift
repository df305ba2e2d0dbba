package import LatheVocabulary

/// A library without anything in it, which takes nothing.
package struct EmptyLibrary: CapabilityLibrary {
    package init() {}

    package func save(_ proposal: CapabilityProposal) throws(LibraryError) -> SavedCapability {
        throw LibraryError(.refused, "nothing is saved here")
    }

    package func examine(_ proposal: CapabilityProposal) throws(LibraryError) -> ExaminedProposal {
        throw LibraryError(.refused, "nothing is examined here")
    }

    package func list() -> [Capability] { [] }

    package func find(_ need: CapabilityNeed, among tools: SearchedTools?) -> CapabilityFinding {
        CapabilityFinding(text: "nothing here", names: [], searched: 0)
    }

    package func agents(for need: AgentNeed) -> AgentFinding { AgentFinding() }

    package func serve(
        _ kind: Capability.Kind, named name: String, to session: String
    ) throws(LibraryError) -> ServedCapability { throw LibraryError(.notFound, "none") }

    package func agent(named name: String, for session: String) throws(LibraryError) -> Agent {
        throw LibraryError(.notFound, "none")
    }

    package func add(_ uses: [SessionUse]) -> [CapabilityDemoted] { [] }

    package func source(of kind: Capability.Kind, named name: String) throws(LibraryError) -> String {
        throw LibraryError(.notFound, "none")
    }
}
