internal import LatheLibrary
package import LatheVocabulary

/// What may be remembered, in which words, and what is marked.
package enum RecollectionRules {
    /// A fact as it is kept, or why it is not.
    ///
    /// What the user says may be an instruction, since the user gives them; what code says may not.
    package static func checked(_ fact: Recollection, on day: String) throws(RecollectionError) -> Recollection {
        // As it came: what is invisible in it may hide words.
        let given = [fact.text, fact.about]
        var fact = fact
        fact.text = try words(fact.text, "the text", upTo: RecollectionLimits.textCharacters)
        fact.about = fact.about.isEmpty ? "" : try words(fact.about, "about", upTo: RecollectionLimits.aboutCharacters)
        for text in given + [fact.text, fact.about] {
            if let kind = SensitiveText.kind(in: text) {
                throw RecollectionError(
                    .refused, "it holds what looks like \(kind), which is not remembered; say it without that")
            }
            guard fact.origin.by != .user, let words = CommandingText.words(in: text) else { continue }
            throw RecollectionError(
                .refused,
                "it tells its reader what to do (“\(words.prefix(60))”); a fact says what is the case, such as "
                    + "“revenue is reported net of refunds”. Standing instructions go into AGENTS.md, which the user writes"
            )
        }
        if let until = fact.until {
            guard Day.isOne(until) else {
                throw RecollectionError(.refused, "until is the last day on which it holds, such as 2027-01-31")
            }
            guard until >= day else { throw RecollectionError(.refused, "until is \(until), which is over") }
        }
        return fact
    }

    /// An episode with what is not to be told left out, and marked where it reads like an instruction.
    package static func checked(episode given: Recollection) -> Recollection {
        var given = given
        guard var episode = given.episode else { return given }
        let commands = [episode.answer, episode.answer.onOneLine].contains { CommandingText.words(in: $0) != nil }
        if let kind = SensitiveText.kind(in: episode.answer) {
            episode.withheld = "it holds what looks like \(kind)"
        } else if commands {
            episode.withheld = Recollection.Mark.commanding.reason
        }
        if episode.withheld != nil { episode.answer = "" }
        if let kind = SensitiveText.kind(in: given.text) {
            given.text = "(left out: it holds what looks like \(kind))"
        }
        episode.answer = episode.answer.onOneLine
        given.text = given.text.onOneLine
        given.episode = episode
        return given
    }

    private static func words(_ text: String, _ what: String, upTo cap: Int) throws(RecollectionError) -> String {
        let line = text.onOneLine
        guard !line.isEmpty else { throw RecollectionError(.refused, "\(what) is empty") }
        guard line.count <= cap else {
            throw RecollectionError(
                .limit, "\(what) has \(line.count) characters, more than \(cap); say it shorter, or as several facts")
        }
        return line
    }
}
