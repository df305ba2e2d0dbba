internal import Foundation

/// What common words add to the cosine of two meanings when a search puts what it found in order.
enum WordWeight: Sendable {
    /// So much for the best BM25 score there is, and its share for all others.
    case ofBest(Double)
    /// So much for each word of the need that one document alone has, less for commoner ones; nearly the same in a list of any length,
    /// as a BM25 score is not: that grows with the logarithm of how many documents there are.
    case ofRareWords(Double)

    /// What a BM25 score adds, where `best` is the highest of `documents` many.
    func added(_ score: Double, best: Double, documents: Int) -> Double {
        switch self {
        case .ofBest(let weight): weight * score / best
        case .ofRareWords(let weight): weight * score / log(Double(documents) + 1)
        }
    }
}
