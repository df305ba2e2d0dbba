internal import LatheLibrary
internal import LatheVocabulary

/// Which recollections fit words best: by the angle between meanings, to which common words and recency add a little; without a
/// model, by words alone.
struct RecollectionRanking: Sendable {
    struct Ranked: Sendable, Hashable {
        var row: RecollectionRow
        /// What the order goes by.
        var score: Double
        /// What decides whether a task is told: the cosine, or the share of telling words that it has.
        var fit: Double
    }

    /// These were weighed on the set of needs of `make bench-memory`: docs/decisions/0032.
    static let leastCosine = 0.2
    static let leastCosineForTask = 0.3
    static let farthestFromBest = 0.06
    static let leastShareForTask = 0.5
    private static let shareOfWords = 0.05
    private static let shareOfRecency = 0.02
    private static let halfLife = 30.0 * 86_400

    /// Best first.
    var ranked: [Ranked]
    /// What is worth telling a task, in the same order: what fits well enough, and about as well as the best of its kind, with what
    /// else was said about the same subject.
    ///
    /// Of its kind, since a task that was done before would leave no room for facts; without what is marked, which could push out others.
    var worthTelling: [Ranked] {
        let own = ranked.filter { !$0.row.isMarked }
        var best: [Recollection.Kind: Double] = [:]
        for one in own { best[one.row.kind] = max(best[one.row.kind] ?? 0, one.fit) }
        func isWorth(_ one: Ranked) -> Bool {
            one.fit >= max(leastForTask, (best[one.row.kind] ?? 0) - Self.farthestFromBest)
        }
        let subjects = Set(own.filter(isWorth).map(\.row.subject)).subtracting([""])
        return own.filter { isWorth($0) || subjects.contains($0.row.subject) }
    }

    /// How many of others' words fit well enough.
    var markedThatFit: Int { ranked.count { $0.row.isMarked && $0.fit >= leastForTask } }
    private var leastForTask: Double

    /// By meaning.
    init(_ rows: [RecollectionRow], _ vector: [Int8], words: [Int: Double], now: Double) {
        let best = words.values.max() ?? 1
        let scale = Self.length(vector)
        leastForTask = Self.leastCosineForTask
        ranked = rows.compactMap { row in
            let cosine = row.vector.map { Self.cosine($0, vector, scale) } ?? 0
            let word = words[row.id]
            guard cosine >= Self.leastCosine || word != nil else { return nil }
            let score = cosine + Self.shareOfWords * (word ?? 0) / best + Self.recency(row, now)
            return Ranked(row: row, score: score, fit: cosine)
        }
        sort()
    }

    /// By words alone. `shares` says of which part of the telling words each has.
    init(_ rows: [RecollectionRow], words: [Int: Double], shares: [Int: Double], now: Double) {
        let best = words.values.max() ?? 1
        leastForTask = Self.leastShareForTask
        ranked = rows.compactMap { row in
            guard let word = words[row.id] else { return nil }
            return Ranked(row: row, score: word / best + Self.recency(row, now), fit: shares[row.id] ?? 0)
        }
        sort()
    }

    private mutating func sort() {
        ranked.sort { ($1.score, $1.row.id) < ($0.score, $0.row.id) }
    }

    private static func recency(_ row: RecollectionRow, _ now: Double) -> Double {
        let age = max(0, now - row.time)
        return shareOfRecency * halfLife / (halfLife + age)
    }

    private static func length(_ vector: [Int8]) -> Double {
        Double(vector.reduce(Int32(0)) { $0 + Int32($1) * Int32($1) }).squareRoot()
    }

    private static func cosine(_ one: [Int8], _ other: [Int8], _ length: Double) -> Double {
        guard one.count == other.count else { return 0 }
        var (product, square) = (Int32(0), Int32(0))
        one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { other in
                for index in 0..<one.count {
                    let value = Int32(one[index])
                    product &+= value &* Int32(other[index])
                    square &+= value &* value
                }
            }
        }
        let lengths = Double(square).squareRoot() * length
        return lengths == 0 ? 0 : Double(product) / lengths
    }
}
