internal import LatheVocabulary

extension OptionForm {
    static let promptArguments = OptionForm(
        name: "--args", short: "-a", value: "JSON",
        summary: "the arguments as an object of texts; - reads it from standard input")
    static let check = OptionForm(
        name: "--check", summary: "write nothing; exit code 1 where the files are not what they would be")
}

extension CommandTable {
    static let toolsSearch = CommandForm(
        path: ["tools", "search"],
        summary: "tools that fit a need, by meaning and by words",
        arguments: [.init(name: "WORD", count: .many, summary: "what to look for")],
        options: [.json, .project],
        examples: ["lathe tools search add a contact"]
    ) { given in
        let words = given.positionals.joined(separator: " ")
        return .tools(ToolsCommand(action: .search(words), options: given.listingOptions()))
    }

    static let toolsRead = CommandForm(
        path: ["tools", "read"],
        summary: "read a resource of a server",
        arguments: [
            .init(name: "NAME", summary: "the server"),
            .init(name: "URI", summary: "the resource; lathe tools show NAME lists them"),
        ],
        options: [.timeout, .json, .project],
        examples: ["lathe tools read crm crm://contacts"]
    ) { given throws(CommandError) in
        let action = ToolsCommand.Action.read(
            given.positionals[0], uri: given.positionals[1], seconds: try given.callSeconds())
        return .tools(ToolsCommand(action: action, options: given.listingOptions()))
    }

    static let toolsPrompt = CommandForm(
        path: ["tools", "prompt"],
        summary: "print a prompt that a server has for people",
        arguments: [
            .init(name: "NAME", summary: "the server"),
            .init(name: "PROMPT", summary: "the prompt; lathe tools show NAME lists them"),
        ],
        options: [.promptArguments, .timeout, .json, .project],
        examples: ["lathe tools prompt crm review --args - < arguments.json"]
    ) { given throws(CommandError) in
        let action = ToolsCommand.Action.prompt(
            given.positionals[0], name: given.positionals[1],
            arguments: GivenText(argument: given.value(.promptArguments) ?? "{}"), seconds: try given.callSeconds())
        return .tools(ToolsCommand(action: action, options: given.listingOptions()))
    }

    static let toolsStubs = CommandForm(
        path: ["tools", "stubs"],
        summary: "write stub files of tools, for editors and type checkers",
        arguments: [.init(name: "DIR", summary: "where the package lathe of stubs is, or is to be")],
        options: [.check, .json, .project],
        examples: ["lathe tools stubs typings", "lathe tools stubs typings --check"]
    ) { given in
        let mode: ToolsCommand.StubMode = given.has(.check) ? .check : .write
        return .tools(
            ToolsCommand(action: .stubs(folder: given.argument(), mode), options: given.listingOptions()))
    }
}

extension GivenArguments {
    /// How long a call of a server may take.
    func callSeconds() throws(CommandError) -> Double {
        guard let text = value(.timeout) else { return 300 }
        do throws(LimitProblem) {
            return try BudgetLimits.time(text, "--timeout")
        } catch {
            throw CommandError(.badValue, error.reason)
        }
    }
}
