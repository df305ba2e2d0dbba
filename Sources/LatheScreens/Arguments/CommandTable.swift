internal import LatheVocabulary

/// All commands of `lathe`: parsing, help and suggestions come from here.
enum CommandTable {
    static let commands: [CommandForm] =
        [
            ask, chat, resume, exec, undo,
            sessionsList, sessionsShow, sessionsLedger, sessionsExport, sessionsCheck, sessionsRecording,
            sessionsDelete,
            review,
            libraryList, libraryShow, librarySearch, libraryApprove, libraryReject, libraryChanges, libraryDeprecate,
            libraryDiff, libraryHistory, libraryStats, libraryCheck, libraryTest, libraryExport, libraryImport,
            libraryDistill,
        ] + agents + [
            replay
        ] + watching + subtasks + memory + tools + [
            modelInstall, modelList, modelRemove,
            doctor,
        ]

    /// Words that begin a command, in the table's order.
    static var firstWords: [String] {
        var seen: Set<String> = []
        return commands.compactMap(\.path.first).filter { seen.insert($0).inserted }
    }

    private static let running: [OptionForm] = [
        .data, .session, .model, .maxTurns, .budgetTokens, .budgetUSD, .timeLimit, .limit, .sandbox, .noMemory, .json,
        .quiet, .yes, .project,
    ]
    private static let jsonOrQuiet = [(OptionForm.json.name, OptionForm.quiet.name)]

    private static let ask = CommandForm(
        path: ["ask"],
        summary: "do a task and answer",
        arguments: [.init(name: "TASK", summary: "what to do, in quotes; - reads it from standard input")],
        options: [.roundtable, .reviewPlan] + running,
        conflicts: jsonOrQuiet,
        examples: [
            "lathe ask \"Which carrier was latest on average?\" --data flights.parquet",
            "lathe ask \"Compare both years\" --data old=2023.csv --data new=2024.csv",
            "lathe ask \"And per month?\" --session flights --json",
            "lathe ask --roundtable \"Is it the hour or the carrier?\" --data flights.parquet",
        ]
    ) { given throws(CommandError) in
        let task = GivenText(argument: given.argument())
        if case .text(let text) = task, text.allSatisfy(\.isWhitespace) {
            throw CommandError(.missingArgument, "the task is empty; write what to do: lathe ask \"…\"")
        }
        let form: TaskForm.Kind? = given.has(.roundtable) ? .roundtable : nil
        return .ask(AskCommand(task: task, form: form, options: try given.runOptions()))
    }

    private static let chat = CommandForm(
        path: ["chat"],
        summary: "talk with a session, task after task",
        options: [.reviewPlan] + running,
        conflicts: jsonOrQuiet,
        examples: ["lathe chat --data flights.parquet", "lathe chat --session flights"]
    ) { given throws(CommandError) in .chat(try given.runOptions()) }

    private static let resume = CommandForm(
        path: ["resume"],
        summary: "go on with a task that had not finished when lathe ended",
        arguments: [
            .init(name: "SESSION", count: .optional, summary: "left out: the newest with an unfinished task")
        ],
        options: [
            .repeatUnknown, .reviewPlan, .model, .maxTurns, .budgetTokens, .budgetUSD, .timeLimit, .limit, .sandbox,
            .noMemory,
            .json,
            .quiet, .yes, .project,
        ],
        conflicts: jsonOrQuiet,
        examples: ["lathe resume", "lathe resume flights --budget-tokens 300k"]
    ) { given throws(CommandError) in
        .resume(
            ResumeCommand(
                session: try given.positionals.first.map(SessionName.checked),
                repeatsUnknown: given.has(.repeatUnknown), options: try given.runOptions()))
    }

    private static let exec = CommandForm(
        path: ["exec"],
        summary: "run Python in a session's working memory, without a model",
        arguments: [.init(name: "CODE", summary: "the code, in quotes; - reads it from standard input")],
        options: [.session, .data, .limit, .sandbox, .noMemory, .json, .quiet, .yes, .project],
        conflicts: jsonOrQuiet,
        examples: ["lathe exec --session flights \"flights.shape\"", "lathe exec --session flights - < cell.py"]
    ) { given throws(CommandError) in
        let options = try given.runOptions()
        guard let session = options.session else {
            throw CommandError(.missingArgument, "exec needs --session NAME, the session to run in")
        }
        return .exec(ExecCommand(code: GivenText(argument: given.argument()), session: session, options: options))
    }

    private static let undo = CommandForm(
        path: ["undo"],
        summary: "undo a session's last cell: variables, not files",
        options: [.session, .json, .project],
        examples: ["lathe undo --session flights"]
    ) { given throws(CommandError) in
        .undo(UndoCommand(session: try given.runOptions().session, options: given.listingOptions()))
    }

    private static let replay = CommandForm(
        path: ["replay"],
        summary: "run a recorded session's code again and tell what differs",
        arguments: [.init(name: "SOURCE", summary: "the name of a session or the path of a recording")],
        options: [
            .data, .session, .from, .model, .maxTurns, .budgetTokens, .budgetUSD, .timeLimit, .limit, .sandbox, .json,
            .quiet, .yes, .project,
        ],
        conflicts: jsonOrQuiet,
        examples: [
            "lathe replay flights", "lathe replay ./flights.recording.jsonl --data flights.parquet",
            "lathe replay flights --from 3 --model anthropic:claude-sonnet-4-5",
        ]
    ) { given throws(CommandError) in
        let options = try given.runOptions()
        let from = try given.turn()
        guard from != nil || (options.model == nil && options.maxTurns == nil && options.budget == BudgetLimits())
        else {
            throw CommandError(
                .missingArgument, "a replay asks no model; with --from TURN a live one answers from that turn on")
        }
        return .replay(ReplayCommand(source: given.argument(), from: from, options: options))
    }

    private static let doctor = CommandForm(
        path: ["doctor"],
        summary: "check what Lathe needs, and say how to mend what is missing",
        options: [.sandbox, .json, .project]
    ) { given throws(CommandError) in
        var options = given.listingOptions()
        options.sandbox = try given.sandbox()
        return .doctor(options)
    }
}
