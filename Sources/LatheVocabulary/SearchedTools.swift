/// The tools that a search looks through: what servers said when they were last listed.
package struct SearchedTools: Sendable {
    /// Another one whenever something in it is.
    package var generation: Int
    /// Each under `SERVER.TOOL`, by the names that they have in Python.
    package var documents: [SearchedDocument]
    /// By place in the documents: `SERVER/TOOL`, by their own names.
    package var ownNames: [String]
    /// Which of them may be found, by place; nil for all.
    package var isOffered: [Bool]?
    /// Servers that could not be looked through, each with the reason, as one sentence each.
    package var unsearched: [String]
    /// What is shown of tools, by their paths. One that cannot be described any more is left out.
    package var describe: @Sendable ([String]) async -> [FoundTool]

    package init(
        generation: Int, documents: [SearchedDocument], ownNames: [String], unsearched: [String] = [],
        describe: @escaping @Sendable ([String]) async -> [FoundTool]
    ) {
        self.generation = generation
        self.documents = documents
        self.ownNames = ownNames
        self.unsearched = unsearched
        self.describe = describe
    }
}

/// When a search may have servers started that were never listed.
package enum UnlistedServers: Sendable, Hashable {
    /// They are listed, for at most so many seconds.
    case listed(seconds: Double)
    /// They are left out.
    case leftOut
}

/// A tool as a search shows it.
package struct FoundTool: Sendable, Hashable {
    /// `SERVER.TOOL`, by the names that they have in Python.
    package var path: String
    /// From the tool's name on.
    package var signature: String
    /// What the signature's objects hold, a line each.
    package var shapes: [String]
    /// The server's own name; `summary` are its words.
    package var server: String
    package var summary: String

    package init(path: String, signature: String, shapes: [String] = [], server: String, summary: String) {
        self.path = path
        self.signature = signature
        self.shapes = shapes
        self.server = server
        self.summary = summary
    }
}
