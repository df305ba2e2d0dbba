internal import LatheVocabulary

extension CommandTable {
    /// What names one is looked for before what lists all.
    static let subtasks = [subtasksShow, subtasksList]

    private static let subtasksShow = CommandForm(
        path: ["subtasks", "show"],
        summary: "one subtask: how it ended and its whole result",
        arguments: [.init(name: "URI", summary: "subtask://ID, or ID alone")],
        options: [.session, .json, .project],
        examples: ["lathe subtasks show subtask://7 --session flights"]
    ) { given throws(CommandError) in
        let text = given.argument()
        let number = text.hasPrefix("subtask://") ? String(text.dropFirst("subtask://".count)) : text
        guard let id = Int(number), id > 0 else {
            throw CommandError(.badValue, "'\(text)' names no subtask: write subtask://7, or 7")
        }
        return .subtasks(
            SubtasksCommand(
                session: try given.runOptions().session, subtask: id, options: given.listingOptions()))
    }

    private static let subtasksList = CommandForm(
        path: ["subtasks"],
        summary: "a session's subtasks and its work in the background",
        arguments: [.init(name: "SESSION", count: .optional, summary: "left out: the session that was used last")],
        options: [.json, .project],
        examples: ["lathe subtasks", "lathe subtasks flights --json"]
    ) { given throws(CommandError) in
        .subtasks(
            SubtasksCommand(
                session: try given.positionals.first.map(SessionName.checked), options: given.listingOptions()))
    }
}
