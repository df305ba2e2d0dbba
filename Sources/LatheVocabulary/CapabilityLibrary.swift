/// The folder of capabilities, read without running any of them.
package protocol CapabilityLibrary: Sendable {
    /// Checks and writes a capability as `proposed`. Replaces one of the same name only where that is proposed by the same
    /// session. Nothing half-written stays.
    func save(_ proposal: CapabilityProposal) async throws(LibraryError) -> SavedCapability

    /// What saving a proposal, tidied, would find out, without writing anything. Throws only where it could not be examined.
    func examine(_ proposal: CapabilityProposal) async throws(LibraryError) -> ExaminedProposal

    func list() async throws(LibraryError) -> [Capability]

    /// What fits a need best, of what the session that asks may use, and of these tools in one list with it.
    func find(_ need: CapabilityNeed, among tools: SearchedTools?) async throws(LibraryError) -> CapabilityFinding

    /// The agents that fit words best, of those that the session that asks may delegate to.
    func agents(for need: AgentNeed) async throws(LibraryError) -> AgentFinding

    /// The source of a capability that a session may use: its own proposal, else what is approved. Throws `.notFound`, or
    /// `.refused` with the reason.
    func serve(
        _ kind: Capability.Kind, named name: String, to session: String
    ) async throws(LibraryError) -> ServedCapability

    /// The definition of an agent that a session may use. Throws as `serve`.
    func agent(named name: String, for session: String) async throws(LibraryError) -> Agent

    /// Adds up what sessions made of capabilities, each event of a session once, and demotes what fails too often by the
    /// library's rule. Returns what it demoted.
    func add(_ uses: [SessionUse]) async throws(LibraryError) -> [CapabilityDemoted]

    /// As it lies in the library, usable or not: the approved one, if there is one.
    func source(of kind: Capability.Kind, named name: String) async throws(LibraryError) -> String
}

/// Finds out whether a proposal can be saved. Nothing of it is run outside a sandboxed kernel.
package protocol CapabilityExaminer: Sendable {
    /// Throws only where it could not be examined; what is wrong with the proposal is in the report.
    func examine(_ proposal: CapabilityProposal) async throws(LibraryError) -> AdmissionReport
}

/// A proposal that was examined and not saved.
package struct ExaminedProposal: Sendable, Hashable {
    /// As it was examined: formatted, and what has a safe fix mended.
    package var proposal: CapabilityProposal
    package var report: AdmissionReport

    package init(_ proposal: CapabilityProposal, _ report: AdmissionReport) {
        self.proposal = proposal
        self.report = report
    }
}

package struct SavedCapability: Sendable, Hashable, Codable {
    package var capability: Capability
    package var replaced: Bool
    /// Nil in journals that were written before capabilities were examined.
    package var report: AdmissionReport?
    /// What a reviewer had asked to change of the proposal that this one replaces.
    package var note: String?

    package init(capability: Capability, replaced: Bool, report: AdmissionReport? = nil, note: String? = nil) {
        self.note = note
        self.capability = capability
        self.replaced = replaced
        self.report = report
    }
}

package struct LibraryError: Error, Sendable, Hashable {
    package enum Code: String, Sendable, Codable { case notFound, refused, nameTaken, unreadable, readerFailed }

    package var code: Code
    package var reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
