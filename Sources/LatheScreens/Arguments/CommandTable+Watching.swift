internal import LatheVocabulary

extension OptionForm {
    static let budgetCalls = OptionForm(
        name: "--budget-calls", value: "N", summary: "calls of models that a task and its subtasks may make")
    static let forSession = OptionForm(
        name: "--for-session", summary: "this tool in this session, not only this call")
}

extension CommandTable {
    static let watching: [CommandForm] = [
        watch, tell, controlPause, controlContinue, controlCancel, controlBudget, controlCell, controlPlan,
        controlAllow, controlDeny,
    ]

    private static let session = CommandForm.Argument(name: "SESSION", summary: "the session")
    private static let agent = CommandForm.Argument(
        name: "AGENT", count: .optional, summary: "a place or a label; left out: the coordinator, with all below it")

    private static let watch = CommandForm(
        path: ["watch"],
        summary: "see who works in a session, live, from another terminal",
        arguments: [session],
        options: [.json, .project],
        examples: ["lathe watch flights", "lathe watch flights --json"]
    ) { given throws(CommandError) in
        .watch(WatchCommand(session: try SessionName.checked(given.argument()), options: given.listingOptions()))
    }

    private static let tell = CommandForm(
        path: ["tell"],
        summary: "say something to an agent of a running session",
        arguments: [
            session, .init(name: "AGENT", summary: "a place or a label, such as coordinator or UA"),
            .init(name: "TEXT", summary: "what to say, in quotes"),
        ],
        options: [.json, .project],
        examples: ["lathe tell flights coordinator \"Leave out 2012.\""]
    ) { given throws(CommandError) in
        try control(ControlRequest(.tell, agent: given.argument(1), text: given.argument(2)), given)
    }

    private static let controlPause = stepping(
        .pause, "let no turn of an agent begin", ["lathe control pause flights", "lathe control pause flights UA"])
    private static let controlContinue = stepping(.goOn, "let a paused agent go on", ["lathe control continue flights"])
    private static let controlCancel = stepping(
        .cancel, "stop a subtask, or the task itself", ["lathe control cancel flights UA"])

    private static func stepping(
        _ action: SteppedIn.Action, _ summary: String, _ examples: [String]
    ) -> CommandForm {
        CommandForm(
            path: ["control", action.rawValue], summary: summary, arguments: [session, agent],
            options: [.json, .project],
            examples: examples
        ) { given throws(CommandError) in
            try control(ControlRequest(action, agent: given.positionals.dropFirst().first), given)
        }
    }

    private static let controlBudget = CommandForm(
        path: ["control", "budget"],
        summary: "change what a task or a subtask may use, while it works",
        arguments: [session, agent],
        options: [.budgetTokens, .budgetUSD, .budgetCalls, .json, .project],
        examples: [
            "lathe control budget flights --budget-usd 2", "lathe control budget flights UA --budget-tokens 50k",
        ]
    ) { given throws(CommandError) in
        var budget = try given.runOptions().budget
        if let text = given.value(.budgetCalls) {
            do throws(LimitProblem) {
                budget.modelCalls = try BudgetLimits.count(text, "--budget-calls")
            } catch {
                throw CommandError(.badValue, error.reason)
            }
        }
        guard !budget.isUnlimited else {
            throw CommandError(.missingArgument, "say what it may use: --budget-tokens, --budget-usd or --budget-calls")
        }
        let agent = given.positionals.dropFirst().first
        return try control(ControlRequest(.budget, agent: agent, budget: budget), given)
    }

    private static let controlCell = CommandForm(
        path: ["control", "cell"],
        summary: "run a cell in an agent's kernel between two of its turns",
        arguments: [
            session, .init(name: "CODE", summary: "Python, in quotes; the agent's model is told what it did"), agent,
        ],
        options: [.json, .project],
        examples: [
            "lathe control cell flights \"print(delays.shape)\"", "lathe control cell flights \"x = x.dropna()\" UA",
        ]
    ) { given throws(CommandError) in
        let agent = given.positionals.dropFirst(2).first
        return try control(ControlRequest(.cell, agent: agent, code: given.argument(1)), given)
    }

    private static let number = CommandForm.Argument(name: "QUESTION", summary: "its number, as lathe watch shows it")

    private static let controlAllow = CommandForm(
        path: ["control", "allow"],
        summary: "say yes to a waiting question about a tool",
        arguments: [session, number], options: [.forSession, .json, .project],
        examples: ["lathe control allow flights 1"]
    ) { given throws(CommandError) in
        try control(ControlRequest(.allow, question: try question(given), isForSession: given.has(.forSession)), given)
    }

    private static let controlDeny = CommandForm(
        path: ["control", "deny"],
        summary: "say no to a waiting question about a tool",
        arguments: [session, number], options: [.json, .project],
        examples: ["lathe control deny flights 1"]
    ) { given throws(CommandError) in try control(ControlRequest(.deny, question: try question(given)), given) }

    private static func question(_ given: GivenArguments) throws(CommandError) -> Int {
        guard let number = Int(given.argument(1)), number > 0 else {
            throw CommandError(.badValue, "a question has a number, such as 1; lathe watch shows it")
        }
        return number
    }

    private static func control(_ request: ControlRequest, _ given: GivenArguments) throws(CommandError) -> Command {
        .control(
            ControlCommand(
                session: try SessionName.checked(given.argument()), request: request, options: given.listingOptions()))
    }
}
