internal import LatheVocabulary

/// The host calls by which code writes into the task ledger and reads both. Whose note it is, the desk knows.
extension HostDesk {
    /// Writes a fact, a guess or a question down; a fact may settle an earlier note that this place sees.
    func note(_ arguments: HostArguments, call: Int) async throws(HostRefusal) -> JSONValue {
        let text = try arguments.text("text", upTo: LedgerLimits.noteCharacters)
        guard !text.allSatisfy(\.isWhitespace) else {
            throw HostRefusal("invalid_arguments", "note: there is no text")
        }
        guard let kind = LedgerNoted.Kind(rawValue: try arguments.text("kind", upTo: 16)) else {
            throw HostRefusal("invalid_arguments", "note: kind is fact, guess or question")
        }
        let (number, hasRoom) = services.ledgers.nextNote(at: place)
        guard hasRoom else {
            throw HostRefusal(
                "limit",
                "note: \(LedgerLimits.notesOfPlace) notes were made here in this task, the most there may be; keep what is many in a variable"
            )
        }
        var noted = LedgerNoted(note: number, kind: kind, text: text, cell: cell, call: call)
        if let verdict = try verdict(arguments) {
            (noted.settles, noted.verdict) = (try settled(arguments, by: verdict, kind), verdict)
        }
        try await journal(.ledgerNoted(noted))
        return noted.answer
    }

    private func verdict(_ arguments: HostArguments) throws(HostRefusal) -> LedgerNoted.Verdict? {
        guard let text = try arguments.optionalText("verdict", upTo: 16) else { return nil }
        guard let verdict = LedgerNoted.Verdict(rawValue: text) else {
            throw HostRefusal("invalid_arguments", "note: verdict is confirms, refutes or answers")
        }
        return verdict
    }

    /// The whole name of the note that a fact settles.
    private func settled(
        _ arguments: HostArguments, by verdict: LedgerNoted.Verdict, _ kind: LedgerNoted.Kind
    ) throws(HostRefusal) -> String {
        let given = try arguments.text("settles", upTo: 400)
        guard kind == .fact else {
            throw HostRefusal("invalid_arguments", "note: only a fact \(verdict.rawValue) another note")
        }
        let names = given.contains(":") ? [given, "\(place)/\(given)"] : ["\(place):\(given)"]
        guard let entry = services.ledgers.entry(named: names, seenBy: place) else {
            throw HostRefusal(
                "invalid_arguments",
                "note: there is no note '\(given.singleLine(upTo: 100))' here; print(lathe.ledger()) names them")
        }
        let fits = verdict == .answers ? entry.kind == .question : entry.kind == .guess || entry.kind == .fact
        guard fits else {
            throw HostRefusal(
                "invalid_arguments",
                "note: \(given.singleLine(upTo: 100)) is a \(entry.kind.rawValue); a question is answered, a guess or a fact is confirmed or refuted"
            )
        }
        return entry.name ?? given
    }

    /// Both ledgers as this place sees them. Whoever reads what those below found, plan and come to, also while they
    /// run, has read what they had.
    func ledger(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let view = services.ledgers.view(of: place)
        let sources = Set((view.facts + view.guesses + view.questions).map(\.place))
            .union(view.agents.map(\.place)).union(view.plans.map(\.place))
        for source in sources.sorted(by: { $0.description < $1.description }) where source != place {
            try await expose(to: source, called: "the ledger, \(source)")
        }
        return view.json(upTo: LedgerLimits.told)
    }
}
