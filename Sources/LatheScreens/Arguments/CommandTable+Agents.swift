internal import LatheVocabulary

extension CommandTable {
    static let agents = [agentsList, agentsShow, agentsFor, agentsTest]

    private static let agentsList = CommandForm(
        path: ["agents", "list"],
        summary: "all agents, those of lathe itself too, with their health",
        options: [.json, .project],
        examples: ["lathe agents list"]
    ) { given in .agents(AgentsCommand(action: .list, options: given.listingOptions())) }

    private static let agentsShow = CommandForm(
        path: ["agents", "show"],
        summary: "one agent: what it is for, what it returns, how it did",
        arguments: [.init(name: "NAME", summary: "the agent")],
        options: [.json, .project],
        examples: ["lathe agents show analyst"]
    ) { given in .agents(AgentsCommand(action: .show(given.argument()), options: given.listingOptions())) }

    private static let agentsFor = CommandForm(
        path: ["agents", "for"],
        summary: "which agent would be chosen for words, and why",
        arguments: [.init(name: "WORD", count: .many, summary: "what is needed")],
        options: [.json, .project],
        examples: ["lathe agents for compare delays by carrier"]
    ) { given throws(CommandError) in
        let words = given.positionals.joined(separator: " ")
        guard !words.allSatisfy(\.isWhitespace) else {
            throw CommandError(.missingArgument, "the words are empty; say what is needed")
        }
        return .agents(AgentsCommand(action: .choose(words), options: given.listingOptions()))
    }

    private static let agentsTest = CommandForm(
        path: ["agents", "test"],
        summary: "run agents' tests and examples again, without a model",
        arguments: [.init(name: "NAME", count: .many, summary: "agents, those that come with lathe too")],
        options: [.json, .project],
        examples: ["lathe agents test delay_analyst"]
    ) { given in
        let names = given.positionals.map { CapabilityReference($0.hasPrefix("agents/") ? $0 : "agents/" + $0) }
        return .agents(AgentsCommand(action: .test(names), options: given.listingOptions()))
    }
}
