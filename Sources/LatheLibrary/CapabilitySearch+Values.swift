internal import LatheVocabulary

extension CapabilitySearch {
    /// Documents as they were when a list of the library was read.
    struct Documents: Sendable {
        /// Another one whenever the list is read anew.
        var generation: Int
        var all: [SearchedDocument]
    }

    /// A place in the list of documents.
    struct Place: Sendable, Hashable {
        var place: Int
        /// By this the list is in order.
        var fit: Double
        /// Scores of two searches for the same need can be compared, whatever weight their words have.
        var score: Double
    }

    struct Ranking: Sendable {
        /// Places in the list of documents with their scores, best first.
        var order: [Place]
        /// Why meanings were not compared, or not all; nil where they were.
        var caveat: String?
        /// For the user, each once.
        var notices: [String]
    }
}
