extension CommandTable {
    static let sessionsList = CommandForm(
        path: ["sessions", "list"], summary: "all sessions of the project", options: [.json, .project]
    ) { given in .sessions(SessionsCommand(action: .list, options: given.listingOptions())) }

    static let sessionsShow = CommandForm(
        path: ["sessions", "show"],
        summary: "one session: tasks, inputs, artifacts, what it cost",
        arguments: [.init(name: "NAME", summary: "the session")],
        options: [.json, .project],
        examples: ["lathe sessions show flights"]
    ) { given throws(CommandError) in
        .sessions(
            SessionsCommand(action: .show(try SessionName.checked(given.argument())), options: given.listingOptions()))
    }

    static let sessionsLedger = CommandForm(
        path: ["sessions", "ledger"],
        summary: "what its newest task knows, and how its agents get on",
        arguments: [.init(name: "NAME", summary: "the session, also while it runs")],
        options: [.json, .project],
        examples: ["lathe sessions ledger flights"]
    ) { given throws(CommandError) in
        .sessions(
            SessionsCommand(
                action: .ledger(try SessionName.checked(given.argument())), options: given.listingOptions()))
    }

    static let sessionsExport = CommandForm(
        path: ["sessions", "export"],
        summary: "write a session as a notebook, a report or its events",
        arguments: [.init(name: "NAME", summary: "the session")],
        options: [.to, .output, .force, .project],
        examples: [
            "lathe sessions export flights", "lathe sessions export flights --to markdown --output report.md",
            "lathe sessions export flights --to jsonl --output -",
        ]
    ) { given throws(CommandError) in
        let name = try SessionName.checked(given.argument())
        return .sessions(
            SessionsCommand(action: .export(name, try given.exportOptions()), options: given.listingOptions()))
    }

    static let sessionsCheck = CommandForm(
        path: ["sessions", "check"],
        summary: "whether a session is whole, as it was written",
        arguments: [.init(name: "NAME", summary: "the session")],
        options: [.json, .project],
        examples: ["lathe sessions check flights"]
    ) { given throws(CommandError) in
        .sessions(
            SessionsCommand(action: .check(try SessionName.checked(given.argument())), options: given.listingOptions()))
    }

    static let sessionsRecording = CommandForm(
        path: ["sessions", "recording"],
        summary: "print a session's replies, for lathe replay FILE",
        arguments: [.init(name: "NAME", summary: "the session")],
        options: [.project],
        examples: ["lathe sessions recording flights > flights.jsonl"]
    ) { given throws(CommandError) in
        .sessions(
            SessionsCommand(
                action: .recording(try SessionName.checked(given.argument())), options: given.listingOptions()))
    }

    static let sessionsDelete = CommandForm(
        path: ["sessions", "delete"],
        summary: "delete sessions with their journal and artifacts",
        arguments: [.init(name: "NAME", count: .many, summary: "the sessions")],
        options: [.yes, .json, .project],
        examples: ["lathe sessions delete flights --yes"]
    ) { given throws(CommandError) in
        var names: [String] = []
        for name in given.positionals { names.append(try SessionName.checked(name)) }
        return .sessions(SessionsCommand(action: .delete(names), options: given.listingOptions()))
    }

    static let modelInstall = CommandForm(
        path: ["model", "install"],
        summary: "fetch an embedded model",
        arguments: [.init(name: "NAME", count: .optional, summary: "see model list; left out: the usual one")],
        options: [.yes, .json, .project],
        examples: ["lathe model install"]
    ) { given in .model(ModelCommand(action: .install(given.positionals.first), options: given.listingOptions())) }

    static let modelList = CommandForm(
        path: ["model", "list"], summary: "embedded models, installed or not", options: [.json, .project]
    ) { given in .model(ModelCommand(action: .list, options: given.listingOptions())) }

    static let modelRemove = CommandForm(
        path: ["model", "remove"],
        summary: "delete an embedded model's weights",
        arguments: [.init(name: "NAME", count: .optional, summary: "see model list; left out: the usual one")],
        options: [.yes, .json, .project]
    ) { given in .model(ModelCommand(action: .remove(given.positionals.first), options: given.listingOptions())) }
}
