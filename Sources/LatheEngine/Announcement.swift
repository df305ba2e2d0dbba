/// A reply that says what its model is about to do, and does not do it.
enum Announcement {
    /// How such a sentence begins, in lower case. A sentence to the user, such as "Let me know …", is none.
    private static let openings = [
        "i will ", "i'll ", "i’ll ", "i am going to ", "i'm going to ", "i’m going to ", "let me ", "let's ", "let’s ",
        "next, i",
        "now i will ", "now i'll ", "now i’ll ", "now let", "first, i", "first i ", "then i will ", "ich werde ",
        "lass mich ",
        "als nächstes ", "je vais ", "voy a ", "vou ", "andrò ",
    ]
    private static let exceptions = [
        "let me know", "let's talk", "let us know", "i will be happy", "i'll be happy", "i’ll be happy",
    ]

    /// Whether a text without code only announces: it is short, and its last sentence says what comes next or ends in a colon.
    static func isOne(_ text: String, upTo characters: Int) -> Bool {
        guard text.count <= characters, let line = text.split(whereSeparator: \.isNewline).last(where: { !$0.isBlank })
        else { return false }
        let last = line[...].trimmingSpaces
        if last.hasSuffix(":") { return true }
        let sentence = lastSentence(of: last).drop { "-*•> ".contains($0) || $0.isNumber || $0 == "." }.lowercased()
        guard !exceptions.contains(where: sentence.hasPrefix) else { return false }
        return openings.contains(where: sentence.hasPrefix)
    }

    private static func lastSentence(of line: Substring) -> Substring {
        var body = line
        while let end = body.last, ".!?… ".contains(end) { body.removeLast() }
        var start = body.startIndex
        var previous: Character = " "
        for index in body.indices {
            if body[index] == " ", ".!?…:;".contains(previous) { start = body.index(after: index) }
            previous = body[index]
        }
        return body[start...]
    }
}

extension Substring {
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
