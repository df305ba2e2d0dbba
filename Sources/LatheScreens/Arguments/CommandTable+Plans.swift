internal import LatheVocabulary

extension OptionForm {
    static let planNumber = OptionForm(
        name: "--plan", value: "N", summary: "which plan, where several are under way or it is no more")
    static let edit = OptionForm(
        name: "--edit", summary: "open what has not begun in $VISUAL or $EDITOR")
    static let drop = OptionForm(
        name: "--drop", value: "STEP", occurrence: .repeated,
        summary: "take out a step that has not begun; may be repeated")
    static let changeFile = OptionForm(
        name: "--file", value: "FILE",
        summary: "the steps as the command shows them, or a change as JSON; - for standard input")
    static let because = OptionForm(name: "--because", value: "TEXT", summary: "why; the agent is told")
}

extension CommandTable {
    static let controlPlan = CommandForm(
        path: ["control", "plan"],
        summary: "show a plan that runs, or change what has not begun",
        arguments: [.init(name: "SESSION", summary: "the session")],
        options: [.edit, .drop, .changeFile, .because, .planNumber, .json, .project],
        conflicts: [
            (OptionForm.edit.name, OptionForm.drop.name), (OptionForm.edit.name, OptionForm.changeFile.name),
            (OptionForm.edit.name, OptionForm.json.name), (OptionForm.drop.name, OptionForm.changeFile.name),
        ],
        examples: [
            "lathe control plan flights", "lathe control plan flights --edit",
            "lathe control plan flights --drop extra --because \"Too dear.\"",
            "lathe control plan flights --file change.json",
        ]
    ) { given throws(CommandError) in
        var number: Int?
        if let text = given.value(.planNumber) {
            guard let given = Int(text), (1...1_000_000).contains(given) else {
                throw CommandError(.badValue, "--plan takes the number of a plan, from 1, not '\(text)'")
            }
            number = given
        }
        let dropped = given.values[OptionForm.drop.name] ?? []
        var what: PlanControlCommand.What = dropped.isEmpty ? .show : .drop(dropped)
        if given.has(.edit) { what = .edit }
        if let file = given.value(.changeFile) { what = .file(file) }
        guard given.value(.because) == nil || what != .show else {
            throw CommandError(.missingArgument, "--because says why of a change: --edit, --drop or --file")
        }
        guard given.value(.because)?.count ?? 0 <= 400 else {
            throw CommandError(.badValue, "--because takes at most 400 characters")
        }
        return .controlPlan(
            PlanControlCommand(
                session: try SessionName.checked(given.argument()), plan: number, what: what,
                because: given.value(.because), options: given.listingOptions()))
    }
}
