/// Source that a session wants saved, before it is read or written anywhere.
package struct CapabilityProposal: Sendable, Hashable {
    package var kind: Capability.Kind
    package var name: String
    package var source: String
    package var session: String
    package var model: String

    package init(kind: Capability.Kind, name: String, source: String, session: String, model: String) {
        self.kind = kind
        self.name = name
        self.source = source
        self.session = session
        self.model = model
    }
}

/// The folder of capabilities, read without running any of them.
package protocol CapabilityLibrary: Sendable {
    /// Checks and writes a capability as `proposed`. Replaces one of the same name only where that is proposed by the same
    /// session. Nothing half-written stays.
    func save(_ proposal: CapabilityProposal) async throws(LibraryError) -> SavedCapability

    func list() async throws(LibraryError) -> [Capability]

    /// An agent's definition. Throws `.notFound`, or `.refused` for a file with problems.
    func agent(named name: String) async throws(LibraryError) -> Agent

    func source(of kind: Capability.Kind, named name: String) async throws(LibraryError) -> String
}

package struct SavedCapability: Sendable, Hashable, Codable {
    package var capability: Capability
    package var replaced: Bool

    package init(capability: Capability, replaced: Bool) {
        self.capability = capability
        self.replaced = replaced
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
