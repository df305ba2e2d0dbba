/// Something that can be found, a capability or a tool, as the texts that a search looks at.
package struct SearchedDocument: Sendable, Hashable {
    /// What it is known by in its index.
    package var path: String
    /// Another one whenever a text is.
    package var digest: String
    /// As words.
    package var name: String
    package var summary: String
    package var signature: String
    /// All that is said of it.
    package var docstring: String

    package init(path: String, digest: String, name: String, summary: String, signature: String, docstring: String) {
        self.path = path
        self.digest = digest
        self.name = name
        self.summary = summary
        self.signature = signature
        self.docstring = docstring
    }

    /// A capability with its whole docstring, its example included.
    package init(_ capability: Capability, docstring: String) {
        self.init(
            path: capability.path, digest: capability.sha256, name: capability.name.replacing("_", with: " "),
            summary: capability.summary, signature: capability.signature.replacing("_", with: " "),
            docstring: docstring)
    }

    /// What is compared by meaning: the name as words, and the sentence that says what it is for.
    package var meaning: String { Self.meaning(name: name, summary: summary) }

    package static func meaning(name: String, summary: String) -> String {
        name.replacing("_", with: " ") + ". " + summary
    }
}

/// What makes searching fast, derived from what there is and made anew whenever it is missing or damaged.
///
/// Blocks on the disk. What it holds decides about the order of what is found, never about what is shown or may be used.
package protocol CapabilityIndex: Sendable {
    /// Makes the index hold these documents and no others; gives the number under which each is found, in the same order.
    func hold(_ documents: [SearchedDocument]) throws(LibraryError) -> [Int]

    /// How well documents fit words, by number: more is better, those without any of the words are left out.
    func scores(ofWords words: [String]) throws(LibraryError) -> [Int: Double]

    /// The same for parts of words, three letters each; the best ones, at most `limit`.
    func scores(ofPieces pieces: [String], limit: Int) throws(LibraryError) -> [Int: Double]

    /// Vectors of a model, by the meaning that they stand for.
    func vectors(of model: String) throws(LibraryError) -> [String: [Int8]]

    /// Keeps vectors, by the meaning that they stand for, and drops those whose meaning no document has any more.
    func keep(_ vectors: [String: [Int8]], of model: String) throws(LibraryError)

    /// What happened to the index since it was last asked, for the user.
    func takeNotices() -> [String]
}

/// Turns texts into vectors that lie near each other where the texts mean the same.
package protocol MeaningModel: Sendable {
    /// Changes whenever the vectors of a text would.
    var name: String { get }

    /// A vector of whole numbers for each text, of about the same length all. Throws where there is no such model here, or it failed.
    func vectors(of texts: [String]) async throws(LibraryError) -> [[Int8]]

    /// Ends what was started for it.
    func close() async
}
