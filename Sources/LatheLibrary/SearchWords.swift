/// A need as the terms that an index is asked for.
package struct SearchWords: Sendable {
    /// Letters and digits in lower case, without words that say nothing; at most sixteen.
    package let words: [String]

    package init(_ need: String) {
        let all = Self.all(need)
        let telling = all.filter { !Self.empty.contains($0) }
        var seen: Set<String> = []
        words = Array((telling.isEmpty ? all : telling).filter { seen.insert($0).inserted }.prefix(16))
    }

    /// Every word of a text in lower case, in its order.
    package static func all(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    /// Three letters each, of words of at least five: shorter ones are in too many others.
    var pieces: [String] { Array(Set(words.flatMap(Self.pieces)).sorted()) }

    /// How much of the word that fits best is in a text: 1 is all of its pieces.
    func share(in text: String) -> Double {
        let text = text.lowercased()
        return words.map { word in
            let pieces = Self.pieces(of: word)
            guard !pieces.isEmpty else { return 0 }
            return Double(pieces.count { text.contains($0) }) / Double(pieces.count)
        }.max() ?? 0
    }

    private static func pieces(of word: String) -> [String] {
        let letters = Array(word)
        guard letters.count >= 5 else { return [] }
        return (0...(letters.count - 3)).map { String(letters[$0..<$0 + 3]) }
    }

    private static let empty: Set<String> = [
        "a", "an", "and", "are", "as", "at", "be", "by", "do", "does", "for", "from", "how", "i", "in", "into", "is",
        "it", "my",
        "of", "on", "or", "should", "that", "the", "this", "to", "too", "us", "we", "what", "when", "which", "with",
    ]
}
