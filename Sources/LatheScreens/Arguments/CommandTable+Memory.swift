internal import LatheVocabulary

extension OptionForm {
    static let facts = OptionForm(name: "--facts", summary: "facts alone")
    static let episodes = OptionForm(name: "--episodes", summary: "what tasks came to alone")
    static let everything = OptionForm(name: "--all", summary: "all of this project")
    static let alsoOver = OptionForm(name: "--all", summary: "also what was replaced or is over")
    static let about = OptionForm(
        name: "--about", value: "SUBJECT", summary: "what it is about: an earlier fact about the same gives way to it")
    static let until = OptionForm(
        name: "--until", value: "DAY", summary: "the last day on which it holds, such as 2027-01-31")
    static let ofSession = OptionForm(
        name: "--session", short: "-s", value: "NAME", summary: "whatever this session left")
}

extension CommandTable {
    static let memory: [CommandForm] = [
        memoryList, memorySearch, memoryShow, memoryAdd, memoryForget, memoryExport, memoryAdopt,
    ]

    private static let memoryList = CommandForm(
        path: ["memory", "list"],
        summary: "what this project remembers, newest first",
        options: [.facts, .episodes, .alsoOver, .json, .project],
        conflicts: [(OptionForm.facts.name, OptionForm.episodes.name)]
    ) { given in
        let kind: MemoryCommand.RecollectionChoice.Kind? =
            given.has(.facts) ? .facts : given.has(.episodes) ? .episodes : nil
        return command(.list(.init(kind: kind, extent: given.has(.alsoOver) ? .all : .standing)), given)
    }

    private static let memorySearch = CommandForm(
        path: ["memory", "search"],
        summary: "what fits your words, as lathe.recall finds it",
        arguments: [.init(name: "WORDS", summary: "what you look for, in quotes")],
        options: [.json, .project],
        examples: ["lathe memory search \"how do we count revenue\""]
    ) { given throws(CommandError) in
        guard given.argument().contains(where: { !$0.isWhitespace }) else {
            throw CommandError(.missingArgument, "the words are empty; write what you look for")
        }
        return command(.search(given.argument()), given)
    }

    private static let memoryShow = CommandForm(
        path: ["memory", "show"],
        summary: "one fact or task, whole, with where it comes from",
        arguments: [.init(name: "NUMBER", summary: "as lathe memory list shows it")],
        options: [.json, .project],
        examples: ["lathe memory show 12"]
    ) { given throws(CommandError) in command(.show(try number(given.argument())), given) }

    private static let memoryAdd = CommandForm(
        path: ["memory", "add"],
        summary: "remember a fact about this project",
        arguments: [.init(name: "FACT", summary: "one sentence, in quotes; - reads it from standard input")],
        options: [.about, .until, .json, .project],
        examples: [
            "lathe memory add \"Revenue is reported net of refunds\" --about revenue",
            "lathe memory add \"The June figures are preliminary\" --until 2027-01-31",
        ]
    ) { given in
        command(
            .add(GivenText(argument: given.argument()), about: given.value(.about), until: given.value(.until)), given)
    }

    private static let memoryForget = CommandForm(
        path: ["memory", "forget"],
        summary: "remove facts and tasks for good; journals keep theirs",
        arguments: [.init(name: "NUMBER", count: .anyNumber, summary: "as lathe memory list shows them")],
        options: [.ofSession, .everything, .yes, .json, .project],
        conflicts: [(OptionForm.ofSession.name, OptionForm.everything.name)],
        examples: ["lathe memory forget 12", "lathe memory forget --session flights"]
    ) { given throws(CommandError) in
        var numbers: [Int] = []
        for text in given.positionals { numbers.append(try number(text)) }
        let isNamed = given.has(.ofSession) || given.has(.everything)
        guard numbers.isEmpty == isNamed else {
            throw CommandError(
                isNamed ? .conflict : .missingArgument,
                "say what to forget: numbers, or --session NAME, or --all; lathe memory list shows all")
        }
        if let session = given.value(.ofSession) {
            return command(.forget(.session(try SessionName.checked(session))), given)
        }
        return command(.forget(given.has(.everything) ? .everything : .numbers(numbers)), given)
    }

    private static let memoryExport = CommandForm(
        path: ["memory", "export"], summary: "print everything as JSON lines", options: [.project],
        examples: ["lathe memory export > memory.jsonl"]
    ) { given in command(.export, given) }

    private static let memoryAdopt = CommandForm(
        path: ["memory", "adopt"],
        summary: "take over the memory of a project that was moved",
        arguments: [.init(name: "FOLDER", summary: "where the project was, as an absolute path")],
        options: [.yes, .json, .project],
        examples: ["lathe memory adopt /home/me/old-place"]
    ) { given in command(.adopt(given.argument()), given) }

    private static func command(_ action: MemoryCommand.Action, _ given: GivenArguments) -> Command {
        .memory(MemoryCommand(action: action, options: given.listingOptions()))
    }

    private static func number(_ text: String) throws(CommandError) -> Int {
        guard let number = Int(text), (1...Int(Int32.max)).contains(number) else {
            throw CommandError(.badValue, "'\(text)' is no number of a fact or task; lathe memory list shows them")
        }
        return number
    }
}
