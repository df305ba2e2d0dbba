/// Where recollections are kept: for each project its own, which no other project sees. Blocks on the disk; safe from any thread, and
/// with several programs at once.
package protocol RecollectionRecords: Sendable {
    /// Keeps a fact, and says which ones of the same subject it takes the place of, as long as it holds: those that count no more than
    /// it does.
    func add(_ fact: Recollection, in project: String, on day: String) throws(RecollectionError) -> AddedFact

    /// Keeps episodes but for those that are there or were forgotten. Beyond the bound the oldest ones go, and are counted.
    func add(episodes: [Recollection], in project: String) throws(RecollectionError)

    /// All of a project, newest first.
    func all(in project: String) throws(RecollectionError) -> [Recollection]

    /// Some of a project, by number and in their order; numbers that are not there are left out.
    func recollections(_ ids: [Int], in project: String) throws(RecollectionError) -> [Recollection]

    /// What a search compares.
    func rows(in project: String, model: String) throws(RecollectionError) -> [RecollectionRow]

    /// How well they fit words, by number: more is better, those without any of the words are left out.
    func scores(ofWords words: [String], in project: String) throws(RecollectionError) -> [Int: Double]

    /// Keeps vectors of a model, by the numbers of the recollections whose meaning they stand for.
    func keep(_ vectors: [Int: [Int8]], of model: String) throws(RecollectionError)

    /// Removes recollections and every word of them for good, and says which there were.
    func forget(_ ids: [Int], in project: String) throws(RecollectionError) -> [Recollection]

    /// How many episodes of a project went since there were too many.
    func dropped(in project: String) throws(RecollectionError) -> Int

    /// Gives all of one project to another that has none yet; says how many.
    func move(from project: String, to other: String) throws(RecollectionError) -> Int
}

/// What a search looks at before it reads a recollection.
package struct RecollectionRow: Sendable, Hashable {
    package var id: Int
    package var kind: Recollection.Kind
    /// What a fact is about, in the form in which subjects are compared; empty where it has none.
    package var subject: String
    package var session: String?
    package var time: Double
    package var isMarked: Bool
    package var until: String?
    package var isReplaced: Bool
    /// The last day on which it is replaced; nil where that is for good.
    package var replacedUntil: String?
    /// Nil where none was made yet.
    package var vector: [Int8]?

    package init(
        id: Int, kind: Recollection.Kind, subject: String, session: String?, time: Double, isMarked: Bool,
        until: String?,
        isReplaced: Bool, replacedUntil: String? = nil, vector: [Int8]?
    ) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.session = session
        self.time = time
        self.isMarked = isMarked
        self.until = until
        self.isReplaced = isReplaced
        self.replacedUntil = replacedUntil
        self.vector = vector
    }

    package func stands(on day: String) -> Bool {
        let isReplacedThen = isReplaced && replacedUntil.map { $0 >= day } != false
        return !isReplacedThen && until.map { $0 >= day } != false
    }
}
