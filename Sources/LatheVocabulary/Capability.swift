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
