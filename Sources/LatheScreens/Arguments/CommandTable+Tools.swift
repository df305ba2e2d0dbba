internal import LatheVocabulary

extension OptionForm {
    static let arguments = OptionForm(
        name: "--args", short: "-a", value: "JSON",
        summary: "the arguments as an object; - reads it from standard input")
    static let timeout = OptionForm(
        name: "--timeout", value: "TIME", summary: "how long the call may take, such as 30s or 10min; 5min without it")
    static let variable = OptionForm(
        name: "--env", short: "-e", value: "NAME=VALUE", occurrence: .repeated,
        summary: "a variable for the command; ${NAME} takes lathe's own when it starts; may be repeated")
    static let header = OptionForm(
        name: "--header", value: "NAME: VALUE", occurrence: .repeated,
        summary: "a header for the address; ${NAME} takes a variable; may be repeated")
    static let user = OptionForm(
        name: "--user", summary: "in your own file, for all projects, instead of this project's .mcp.json")
}

extension CommandTable {
    static let tools: [CommandForm] = [
        toolsList, toolsSearch, toolsShow, toolsCall, toolsRead, toolsPrompt, toolsAdd, toolsRemove, toolsAllow,
        toolsTest, toolsStubs, toolsRules, toolsForget, toolsCalls, toolsLogin, toolsLogout,
    ]

    private static let toolsList = CommandForm(
        path: ["tools", "list"], summary: "all servers and their tools, asked now", options: [.json, .project]
    ) { given in .tools(ToolsCommand(action: .list, options: given.listingOptions())) }

    private static let toolsShow = CommandForm(
        path: ["tools", "show"],
        summary: "one server, or one tool with what it takes and returns",
        arguments: [.init(name: "NAME", summary: "SERVER or SERVER/TOOL")],
        options: [.json, .project],
        examples: ["lathe tools show time", "lathe tools show time/convert_time"]
    ) { given in
        .tools(ToolsCommand(action: .show(ToolReference(given.argument())), options: given.listingOptions()))
    }

    private static let toolsCall = CommandForm(
        path: ["tools", "call"],
        summary: "call a tool once and print what it returns",
        arguments: [.init(name: "NAME", summary: "SERVER/TOOL")],
        options: [.arguments, .timeout, .json, .project],
        examples: [
            "lathe tools call note/all", "lathe tools call time/convert_time --args - < arguments.json",
        ]
    ) { given throws(CommandError) in
        let reference = ToolReference(given.argument())
        guard reference.tool != nil else {
            throw CommandError(
                .missingArgument,
                "write SERVER/TOOL, such as lathe tools call time/get_current_time; lathe tools list shows all")
        }
        let seconds = try given.callSeconds()
        let arguments = GivenText(argument: given.value(.arguments) ?? "{}")
        return .tools(
            ToolsCommand(
                action: .call(reference, arguments: arguments, seconds: seconds), options: given.listingOptions()))
    }

    private static let toolsAdd = CommandForm(
        path: ["tools", "add"],
        summary: "write an MCP server down, and allow it here",
        arguments: [
            .init(name: "NAME", summary: "what to call it"),
            .init(name: "COMMAND", count: .many, summary: "the command with its arguments after --, or a URL"),
        ],
        options: [.variable, .header, .user, .json, .project],
        conflicts: [(OptionForm.variable.name, OptionForm.header.name)],
        examples: [
            "lathe tools add time -- uvx mcp-server-time", "lathe tools add crm https://crm.example/mcp",
        ]
    ) { given throws(CommandError) in
        let addition = ToolAddition(
            name: given.argument(), words: Array(given.positionals.dropFirst()),
            variables: given.values[OptionForm.variable.name] ?? [],
            headers: given.values[OptionForm.header.name] ?? [],
            file: given.has(.user) ? .user : .project)
        guard addition.isAddress || addition.headers.isEmpty else {
            throw CommandError(.conflict, "--header goes with a URL; a command takes --env")
        }
        guard !addition.isAddress || addition.variables.isEmpty else {
            throw CommandError(.conflict, "--env goes with a command; a URL takes --header")
        }
        return .tools(ToolsCommand(action: .add(addition), options: given.listingOptions()))
    }

    private static let toolsRemove = CommandForm(
        path: ["tools", "remove"],
        summary: "take a server out of the file that it is written in",
        arguments: [.init(name: "NAME", summary: "the server")],
        options: [.json, .project],
        examples: ["lathe tools remove time"]
    ) { given in .tools(ToolsCommand(action: .remove(given.argument()), options: given.listingOptions())) }

    private static let toolsAllow = CommandForm(
        path: ["tools", "allow"],
        summary: "let a project's server be started and its tools be used",
        arguments: [.init(name: "NAME", summary: "the server")],
        options: [.yes, .json, .project],
        examples: ["lathe tools allow git"]
    ) { given in .tools(ToolsCommand(action: .allow(given.argument()), options: given.listingOptions())) }

    private static let toolsTest = CommandForm(
        path: ["tools", "test"],
        summary: "start servers, list their tools, and say what is wrong",
        arguments: [.init(name: "NAME", count: .anyNumber, summary: "left out: all that are allowed")],
        options: [.json, .project],
        examples: ["lathe tools test", "lathe tools test git"]
    ) { given in .tools(ToolsCommand(action: .test(given.positionals), options: given.listingOptions())) }
}
