/// A function or an agent that a session saved as a Python source file.
package struct Capability: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case function, agent

        /// The folder of the library that holds this kind.
        package var folder: String { self == .function ? "functions" : "agents" }
    }

    package enum Status: String, Sendable, Codable { case proposed, approved, deprecated, demoted }

    package var kind: Kind
    package var name: String
    /// Relative to the library's folder, such as `functions/delay_profile.py`.
    package var path: String
    package var signature: String
    /// The first sentence of the docstring.
    package var summary: String
    package var status: Status
    /// ISO 8601 date.
    package var created: String
    package var session: String
    package var model: String
    /// Of the source below the metadata block.
    package var sha256: String
    /// What is wrong with the file, one sentence each; empty for a usable one.
    package var problems: [String]

    package init(
        kind: Kind,
        name: String,
        path: String,
        signature: String,
        summary: String,
        status: Status,
        created: String,
        session: String,
        model: String,
        sha256: String,
        problems: [String] = []
    ) {
        self.kind = kind
        self.name = name
        self.path = path
        self.signature = signature
        self.summary = summary
        self.status = status
        self.created = created
        self.session = session
        self.model = model
        self.sha256 = sha256
        self.problems = problems
    }
}

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

/// An agent: instructions, model, what it returns.
package struct Agent: Sendable, Hashable, Codable {
    package var name: String
    package var instructions: String
    /// A JSON Schema that results must fit; nil means text.
    package var returns: JSONValue?
    /// A role of the configuration, such as `small`; nil means `default`.
    package var modelRole: String?
    /// True where it is a library agent, whose module the kernel imports for `prepare` and `check`.
    package var isSaved: Bool

    package init(
        name: String,
        instructions: String,
        returns: JSONValue? = nil,
        modelRole: String? = nil,
        isSaved: Bool = false
    ) {
        self.name = name
        self.instructions = instructions
        self.returns = returns
        self.modelRole = modelRole
        self.isSaved = isSaved
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
