extension CommandTable {
    static let review = CommandForm(
        path: ["review"],
        summary: "decide about saved functions and agents that wait, one by one",
        arguments: [.init(name: "NAME", count: .anyNumber, summary: "left out: all that waits, oldest first")],
        options: [.json, .project],
        examples: ["lathe review", "lathe review delay_profile", "lathe review --json"]
    ) { given in
        let names = given.positionals.map(CapabilityReference.init)
        return .review(ReviewCommand(names: names, options: given.listingOptions()))
    }

    static let libraryList = CommandForm(
        path: ["library", "list"], summary: "all saved functions and agents", options: [.json, .project]
    ) { given in .library(LibraryCommand(action: .list, options: given.listingOptions())) }

    static let libraryShow = CommandForm(
        path: ["library", "show"],
        summary: "one capability with its source",
        arguments: [.init(name: "NAME", summary: "the function or agent")],
        options: [.proposed, .json, .project],
        examples: ["lathe library show delay_profile", "lathe library show delay_profile --proposed"]
    ) { given in
        let version: LibraryCommand.ShownVersion = given.has(.proposed) ? .proposed : .approved
        return .library(
            LibraryCommand(
                action: .show(CapabilityReference(given.argument()), version: version), options: given.listingOptions())
        )
    }

    static let librarySearch = CommandForm(
        path: ["library", "search"],
        summary: "capabilities that fit a need, by meaning and by words",
        arguments: [.init(name: "WORD", count: .many, summary: "what to look for")],
        options: [.json, .project],
        examples: ["lathe library search which carriers are late"]
    ) { given in
        let words = given.positionals.joined(separator: " ")
        return .library(LibraryCommand(action: .search(words), options: given.listingOptions()))
    }

    static let libraryApprove = CommandForm(
        path: ["library", "approve"],
        summary: "let every session use capabilities, as they are now",
        arguments: [.init(name: "NAME", count: .many, summary: "what waits, or an approved file that changed")],
        options: [.shown, .json, .project],
        examples: [
            "lathe library approve delay_profile", "lathe library approve functions/top_rows agents/critic",
            "lathe library approve delay_profile --shown 3f2a9c81d07b55e4",
        ]
    ) { given throws(CommandError) in
        let names = given.positionals.map(CapabilityReference.init)
        let shown = try given.shown()
        guard shown == nil || names.count == 1 else {
            throw CommandError(.badValue, "--shown is the hash of one capability; approve the others by themselves")
        }
        return .library(LibraryCommand(action: .approve(names, shown: shown), options: given.listingOptions()))
    }

    static let libraryReject = CommandForm(
        path: ["library", "reject"],
        summary: "take away what waits; its source is kept",
        arguments: [.init(name: "NAME", summary: "what waits")],
        options: [.reason, .shown, .json, .project],
        examples: ["lathe library reject delay_profile --reason \"pandas has this\""]
    ) { given throws(CommandError) in
        guard let reason = given.value(.reason), !reason.allSatisfy(\.isWhitespace) else {
            throw CommandError(.missingArgument, "say why with --reason \"…\"; the library's history keeps it")
        }
        return .library(
            LibraryCommand(
                action: .reject(CapabilityReference(given.argument()), reason: reason, shown: try given.shown()),
                options: given.listingOptions()))
    }

    static let libraryChanges = CommandForm(
        path: ["library", "changes"],
        summary: "ask for changes of what waits",
        arguments: [
            .init(name: "NAME", summary: "what waits"),
            .init(name: "NOTE", summary: "what to change, for the next session that wants it; in quotes"),
        ],
        options: [.shown, .json, .project],
        examples: ["lathe library changes delay_profile \"take the column as a parameter\""]
    ) { given throws(CommandError) in
        let note = given.argument(1)
        guard !note.allSatisfy(\.isWhitespace) else {
            throw CommandError(.missingArgument, "the note is empty; say what to change")
        }
        return .library(
            LibraryCommand(
                action: .askForChanges(CapabilityReference(given.argument()), note: note, shown: try given.shown()),
                options: given.listingOptions()))
    }

    static let libraryDeprecate = CommandForm(
        path: ["library", "deprecate"],
        summary: "keep one usable, but offer it no more",
        arguments: [.init(name: "NAME", summary: "an approved capability")],
        options: [.reason, .json, .project],
        examples: ["lathe library deprecate delay_profile --reason \"delay_summary does more\""]
    ) { given in
        .library(
            LibraryCommand(
                action: .deprecate(CapabilityReference(given.argument()), reason: given.value(.reason)),
                options: given.listingOptions()))
    }

    static let libraryDiff = CommandForm(
        path: ["library", "diff"],
        summary: "what waits or changed, against what was approved",
        arguments: [.init(name: "NAME", summary: "the function or agent")],
        options: [.json, .project],
        examples: ["lathe library diff delay_profile"]
    ) { given in
        .library(
            LibraryCommand(
                action: .diff(CapabilityReference(given.argument())), options: given.listingOptions()))
    }

    static let libraryHistory = CommandForm(
        path: ["library", "history"],
        summary: "what happened to capabilities, by whom and why",
        arguments: [.init(name: "NAME", count: .optional, summary: "left out: all")],
        options: [.json, .project],
        examples: ["lathe library history delay_profile"]
    ) { given in
        .library(
            LibraryCommand(
                action: .history(given.positionals.first.map(CapabilityReference.init)),
                options: given.listingOptions()))
    }

    static let libraryTest = CommandForm(
        path: ["library", "test"],
        summary: "run tests and agents' examples again, in fresh kernels",
        arguments: [.init(name: "NAME", count: .anyNumber, summary: "left out: all, what waits included")],
        options: [.mutation, .record, .model, .budgetTokens, .budgetUSD, .timeLimit, .json, .project],
        conflicts: [(OptionForm.mutation.name, OptionForm.record.name)],
        examples: [
            "lathe library test", "lathe library test delay_profile --mutation",
            "lathe library test delay_analyst --record --budget-usd 0.50",
        ]
    ) { given throws(CommandError) in
        let names = given.positionals.map(CapabilityReference.init)
        guard given.has(.record) else {
            let live: [OptionForm] = [.model, .budgetTokens, .budgetUSD, .timeLimit]
            if let option = live.first(where: given.has) {
                throw CommandError(.badValue, "\(option.name) is for --record: without it no model is asked")
            }
            let mutation: LibraryCommand.MutationChoice = given.has(.mutation) ? .tried : .left
            return .library(
                LibraryCommand(action: .test(names, mutation: mutation), options: given.listingOptions()))
        }
        guard !names.isEmpty else {
            throw CommandError(.missingArgument, "name the agents whose examples are to be recorded")
        }
        return .library(
            LibraryCommand(action: .record(names, try given.runOptions()), options: given.listingOptions()))
    }

    static let libraryCheck = CommandForm(
        path: ["library", "check"],
        summary: "whether approved files are what was approved",
        arguments: [.init(name: "NAME", count: .anyNumber, summary: "left out: all")],
        options: [.json, .project],
        examples: ["lathe library check"]
    ) { given in
        .library(
            LibraryCommand(
                action: .check(given.positionals.map(CapabilityReference.init)), options: given.listingOptions()))
    }

    static let libraryExport = CommandForm(
        path: ["library", "export"],
        summary: "write what is approved as skills or agents for others",
        arguments: [.init(name: "DIR", summary: "the folder to write to, such as .claude/skills")],
        options: [.format, .force, .json, .project],
        examples: [
            "lathe library export .claude/skills", "lathe library export .claude/agents --format claude-agents",
        ]
    ) { given throws(CommandError) in
        let text = given.value(.format) ?? NeighbourExport.Form.skills.rawValue
        guard let form = NeighbourExport.Form(rawValue: text) else {
            throw CommandError(.badValue, "--format takes skills or claude-agents, not '\(text)'")
        }
        let export = NeighbourExport(folder: given.argument(), form: form, replaces: given.has(.force))
        return .library(LibraryCommand(action: .export(export), options: given.listingOptions()))
    }

    static let libraryImport = CommandForm(
        path: ["library", "import"],
        summary: "propose what skills and agents of others hold",
        arguments: [.init(name: "PATH", summary: "a skill's folder, an agent's .md file, or a folder of them")],
        options: [.json, .project],
        examples: ["lathe library import .claude/agents"]
    ) { given in .library(LibraryCommand(action: .importFrom(given.argument()), options: given.listingOptions())) }
}
