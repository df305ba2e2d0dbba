internal import LatheVocabulary

extension CommandTable {
    private static let most = OptionForm(
        name: "--most", value: "N", summary: "write at most so many of what deserves it, 1 to 20; without it 3")
    private static let recent = OptionForm(
        name: "--recent", value: "N", summary: "look over the newest N finished sessions for what repeats, 1 to 100")
    private static let list = OptionForm(
        name: "--list", summary: "only show what was found; needs no model, writes nothing")

    static let libraryDistill = CommandForm(
        path: ["library", "distill"],
        summary: "propose what sessions did that deserves saving",
        arguments: [
            .init(name: "SESSION", count: .anyNumber, summary: "left out: the newest finished session")
        ],
        options: [
            list, recent, most, .model, .budgetTokens, .budgetUSD, .timeLimit, .limit, .sandbox, .json, .quiet, .yes,
            .project,
        ],
        conflicts: [(OptionForm.json.name, OptionForm.quiet.name)],
        examples: [
            "lathe library distill --list", "lathe library distill late-flights --budget-tokens 200k",
            "lathe library distill --recent 10",
        ]
    ) { given throws(CommandError) in
        let recent = try given.count(recent, upTo: 100)
        guard recent == nil || given.positionals.isEmpty else {
            throw CommandError(.badValue, "name sessions, or take the newest with --recent N; not both")
        }
        var sessions: [String] = []
        for name in given.positionals { sessions.append(try SessionName.checked(name)) }
        return .distill(
            DistillCommand(
                sessions: sessions, recent: recent, extent: given.has(list) ? .list : .write,
                most: try given.count(most, upTo: 20) ?? DistillCommand.most, options: try given.runOptions()))
    }
}

extension GivenArguments {
    /// The whole number that an option was given; nil where it was not.
    func count(_ option: OptionForm, upTo most: Int) throws(CommandError) -> Int? {
        guard let text = value(option) else { return nil }
        guard let count = Int(text), (1...most).contains(count) else {
            throw CommandError(.badValue, "\(option.name) takes a whole number from 1 to \(most), not '\(text)'")
        }
        return count
    }
}
