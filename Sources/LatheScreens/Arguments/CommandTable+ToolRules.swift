internal import LatheVocabulary

extension CommandTable {
    static let toolsRules = CommandForm(
        path: ["tools", "rules"],
        summary: "which tools code may call without asking, and who says so",
        options: [.json, .project]
    ) { given in .tools(ToolsCommand(action: .rules, options: given.listingOptions())) }

    static let toolsForget = CommandForm(
        path: ["tools", "forget"],
        summary: "take back what you answered with \"always\"",
        arguments: [.init(name: "NAME", summary: "SERVER/TOOL, or SERVER for all of its tools")],
        options: [.json, .project],
        examples: ["lathe tools forget crm/add_contact", "lathe tools forget crm"]
    ) { given in
        .tools(ToolsCommand(action: .forget(ToolReference(given.argument())), options: given.listingOptions()))
    }

    static let toolsCalls = CommandForm(
        path: ["tools", "calls"],
        summary: "what was called with lathe tools call, the newest first",
        options: [.recentCalls, .json, .project],
        examples: ["lathe tools calls --recent 5"]
    ) { given throws(CommandError) in
        let count = try given.count(.recentCalls, upTo: 1_000) ?? 20
        return .tools(ToolsCommand(action: .calls(count: count), options: given.listingOptions()))
    }
}

extension OptionForm {
    static let recentCalls = OptionForm(
        name: "--recent", value: "N", summary: "so many of them, at most 1000; 20 without it")
}

extension CommandTable {
    static let toolsLogin = CommandForm(
        path: ["tools", "login"],
        summary: "log in at a server at an address, in your browser (OAuth)",
        arguments: [.init(name: "NAME", summary: "the server")],
        options: [.timeout, .json, .project],
        examples: ["lathe tools login crm"]
    ) { given throws(CommandError) in
        .tools(
            ToolsCommand(
                action: .login(given.argument(), seconds: try given.callSeconds()), options: given.listingOptions()))
    }

    static let toolsLogout = CommandForm(
        path: ["tools", "logout"],
        summary: "forget a login, and take it back where the server can",
        arguments: [.init(name: "NAME", summary: "the server")],
        options: [.json, .project],
        examples: ["lathe tools logout crm"]
    ) { given in .tools(ToolsCommand(action: .logout(given.argument()), options: given.listingOptions())) }
}
