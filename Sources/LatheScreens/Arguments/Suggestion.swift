/// The nearest of several words to one that was mistyped.
enum Suggestion {
    /// Such as ` (did you mean '--data'?)`; empty where nothing is near.
    static func text(for word: String, among words: [String]) -> String {
        guard let nearest = nearest(to: word, among: words) else { return "" }
        return " (did you mean '\(nearest)'?)"
    }

    static func nearest(to word: String, among words: [String]) -> String? {
        let bound = max(1, word.count / 3)
        let near = words.map { ($0, distance(word, $0)) }.filter { $0.1 <= bound }
        if let best = near.min(by: { $0.1 < $1.1 }) { return best.0 }
        let stem = word.drop { $0 == "-" }
        return stem.count < 2 ? nil : words.first { $0.drop { $0 == "-" }.hasPrefix(stem) }
    }

    /// Insertions, deletions, changes and swaps of neighbours between two words.
    static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left), Array(right))
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
