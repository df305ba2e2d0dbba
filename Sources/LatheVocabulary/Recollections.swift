/// What a project remembers across its sessions, as a session works with it.
///
/// What is given back is what others said: data, never an instruction.
package protocol Recollections: Sendable {
    /// Keeps a fact that the rules allow. One that is there in the same words, and counts as much, is not kept twice.
    func add(_ fact: Recollection) async throws(RecollectionError) -> AddedFact

    /// Keeps what tasks came to; an episode that is there, or was forgotten, changes nothing.
    func add(episodes: [Recollection]) async throws(RecollectionError)

    func recall(_ need: RecollectionNeed) async throws(RecollectionError) -> RecollectionFinding

    /// Removes a fact for good that code of this session said.
    func forget(_ id: Int, saidIn session: String) async throws(RecollectionError) -> Recollection

    /// How many facts and episodes stand.
    func count() async throws(RecollectionError) -> Int

    /// Ends what was started for it.
    func close() async
}

/// What became of a fact.
package struct AddedFact: Sendable, Hashable {
    package var id: Int
    /// False where the same words were there.
    package var isNew: Bool
    /// Whose place it took.
    package var replaced: [Int]
    /// What stands beside it about the same subject, and counts more.
    package var beside: [Int]

    package init(id: Int, isNew: Bool, replaced: [Int] = [], beside: [Int] = []) {
        self.id = id
        self.isNew = isNew
        self.replaced = replaced
        self.beside = beside
    }
}

/// What is looked for, and for whom.
package struct RecollectionNeed: Sendable, Hashable {
    package enum Purpose: Sendable, Hashable {
        /// A task begins in this session: only what is worth its tokens, nobody else's word, and nothing of these.
        case task(session: String, shown: Set<Int>)
        /// Code asked.
        case question
        /// A person asked: there is no text for a model.
        case listing
    }

    package var words: String
    package var limit: Int
    package var purpose: Purpose

    package init(words: String, limit: Int, purpose: Purpose) {
        self.words = words
        self.limit = limit
        self.purpose = purpose
    }
}

/// What was found.
package struct RecollectionFinding: Sendable, Hashable {
    /// A few lines for a model, within a stated bound; empty where a task has nothing that is worth its tokens.
    package var text: String
    /// What the text shows, best first.
    package var items: [Recollection]
    /// How many were looked through.
    package var searched: Int
    /// Why it was not looked at by meaning, or not at all of them; nil where it was.
    package var caveat: String?

    package init(text: String, items: [Recollection] = [], searched: Int = 0, caveat: String? = nil) {
        self.text = text
        self.items = items
        self.searched = searched
        self.caveat = caveat
    }
}

/// Why something cannot be remembered, recalled or forgotten.
package struct RecollectionError: Error, Sendable, Hashable {
    package enum Code: String, Sendable, Codable {
        /// A rule does not allow it.
        case refused
        case notFound, limit
        /// Of a recorded session: it was not this one's to ask.
        case notAllowed
        /// The store cannot be read or written.
        case unreadable
        /// A replay has no record of it.
        case unrecorded
    }

    package var code: Code
    package var reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
