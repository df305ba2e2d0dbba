/// Reads a command line by the table.
package enum CommandParser {
    /// `arguments` is what stands after the program's name.
    package static func command(from arguments: [String]) throws(CommandError) -> Command {
        guard let first = arguments.first else { return .help(HelpText.overview) }
        switch first {
        case "--help", "-h": return .help(HelpText.overview)
        case "--version": return .version
        case "help": return try help(on: Array(arguments.dropFirst()))
        default: break
        }
        guard !first.hasPrefix("-") else { throw optionBeforeCommand(first) }
        guard let form = form(for: arguments) else { return try group(arguments) }
        return try command(form, arguments: Array(arguments.dropFirst(form.path.count)))
    }

    private static func form(for arguments: [String]) -> CommandForm? {
        CommandTable.commands.first { arguments.starts(with: $0.path) }
    }

    /// A first word with commands below it, such as `sessions`, whose second word is missing or wrong.
    private static func group(_ arguments: [String]) throws(CommandError) -> Command {
        let first = arguments[0]
        let members = CommandTable.commands.filter { $0.path.first == first }
        guard !members.isEmpty else {
            let hint = Suggestion.text(for: first, among: CommandTable.firstWords + ["help"])
            throw CommandError(.unknownCommand, "there is no command '\(first)'\(hint); see lathe --help")
        }
        let words = members.map { $0.path[1] }
        guard arguments.count > 1 else {
            throw CommandError(
                .missingArgument, "say what to do: lathe \(first) \(words.joined(separator: "|"))")
        }
        if ["--help", "-h"].contains(arguments[1]) { return .help(HelpText.group(first, members)) }
        let hint = Suggestion.text(for: arguments[1], among: words)
        throw CommandError(
            .unknownCommand, "there is no command '\(first) \(arguments[1])'\(hint); see lathe \(first) --help")
    }

    private static func help(on words: [String]) throws(CommandError) -> Command {
        guard !words.isEmpty else { return .help(HelpText.overview) }
        if let form = form(for: words) { return .help(HelpText.command(form)) }
        return try group(words.count == 1 ? words + ["--help"] : words)
    }

    private static func command(_ form: CommandForm, arguments: [String]) throws(CommandError) -> Command {
        var reader = ArgumentReader(form: form, rest: arguments[...])
        try reader.read()
        if reader.given.has(.help) { return .help(HelpText.command(form)) }
        if reader.given.has(.version) { return .version }
        try reader.check()
        return try form.command(reader.given)
    }

    private static func optionBeforeCommand(_ option: String) -> CommandError {
        let name = String(option.prefix { $0 != "=" })
        let known = CommandTable.commands.first { $0.options.contains { $0.name == name || $0.short == name } }
        if let known {
            return CommandError(
                .unknownOption,
                "'\(name)' stands before the command; write it after, such as lathe \(known.name) \(name)")
        }
        let hint = Suggestion.text(for: name, among: ["--help", "--version"])
        return CommandError(.unknownOption, "there is no option '\(name)'\(hint); see lathe --help")
    }
}
