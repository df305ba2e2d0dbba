internal import Foundation
internal import LatheVocabulary

/// What a subtask's own words in its context may say: what is the case and what it looks at, nothing that claims an authority, and no
/// words of others as its own. docs/contexts.md states the rules.
struct ContextWords {
    /// The words of a text that command its reader, by the rule for what is remembered.
    let commandingWords: @Sendable (String) -> String?
    /// What others have said to the subtask.
    let heard: [String]

    func check(_ text: String, _ field: String) throws(ContextRefusal) {
        if let words = commandingWords(text) ?? Self.claim(in: text) {
            throw ContextRefusal(
                .authority, field,
                "\(field) says “\(words.singleLine(upTo: 80))”: a context claims no authority and gives no orders; say what is the case, or what to look at"
            )
        }
        if let words = copied(in: text) {
            throw ContextRefusal(
                .quoted, field,
                "\(field) repeats what another said (“\(words.singleLine(upTo: 80))”): include it as what it is, with include=[\"message:ID\"]"
            )
        }
    }

    // MARK: Authority

    /// The words by which a text says that somebody allowed something, or that a rule does not hold; nil where there are none.
    private static func claim(in text: String) -> String? {
        let plain = text.precomposedStringWithCompatibilityMapping
            .folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
        let visible = String(
            String.UnicodeScalarView(plain.unicodeScalars.compactMap(\.seen)))
        let line = visible.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for pattern in patterns {
            guard let found = line.range(of: pattern, options: .regularExpression) else { continue }
            return String(line[found])
        }
        return nil
    }

    private static let patterns = [
        // Somebody with a say is quoted.
        #"\b(user|owner|coordinator|parent|lathe|admin(istrator)?|operator|developer|reviewer|management)( (has|have))? (said|says|approve[sd]?|allow(s|ed)?|authori[sz]e[sd]?|permit(s|ted)?|order(s|ed)?|confirm(s|ed)?|grant(s|ed)?|require[sd]?|instruct(s|ed)?|demand(s|ed)?|want(s|ed)?)\b"#,
        // A rule is said not to hold, or a right to be there.
        #"\b(limits?|budgets?|rules?|restrictions?|safety|approvals?|permissions?|schemas?|instructions?|core)\b[^.]{0,40}\b(lifted|raised|removed|granted|waived|suspended|void|extended|unlimited|(no longer|(do(es)?|need) not) (appl(y|ies)|holds?|count))\b"#,
        #"\b(is|are|am|was|were|been) (now )?(allowed|authori[sz]ed|permitted|exempt(ed)?|approved) (to|by|from|for)\b"#,
        // A mark of the engine's.
        #"</?(context|messages|state|recollections|system)\b|^\[[^\]]*\]$"#,
    ]

    // MARK: Words of others

    private static let run = 8

    /// Words of somebody else's, so many in a row as are no accident; nil where there are none.
    private func copied(in text: String) -> String? {
        let own = Self.words(text)
        guard own.count >= Self.run else { return nil }
        let runs = Set(heard.flatMap { Self.runs(Self.words($0)) })
        return Self.runs(own).first(where: runs.contains)
    }

    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    private static func runs(_ words: [String]) -> [String] {
        guard words.count >= run else { return [] }
        return (0...(words.count - run)).map { words[$0..<($0 + run)].joined(separator: " ") }
    }
}
