/// Tells the options of one command from its other arguments.
struct ArgumentReader {
    let form: CommandForm
    var rest: ArraySlice<String>
    var given = GivenArguments()

    init(form: CommandForm, rest: ArraySlice<String>) {
        self.form = form
        self.rest = rest
    }

    mutating func read() throws(CommandError) {
        while let argument = rest.popFirst() {
            if argument == "--" {
                given.positionals += rest
                return
            }
            if argument.hasPrefix("-"), argument != "-" {
                try readOption(argument)
            } else {
                given.positionals.append(argument)
            }
        }
    }

    private mutating func readOption(_ argument: String) throws(CommandError) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let known = form.allOptions + [.version]
        guard let option = known.first(where: { $0.name == parts[0] || $0.short == parts[0] }) else {
            throw unknown(parts[0])
        }
        guard let placeholder = option.value else {
            guard parts.count == 1 else {
                throw CommandError(.badValue, "\(option.name) takes no value; write it alone")
            }
            given.values[option.name] = [""]
            return
        }
        let value = parts.count > 1 ? parts[1] : nextValue(known: known)
        guard let value, !value.isEmpty else {
            throw CommandError(.missingValue, "\(option.name) needs a value: \(option.name) \(placeholder)")
        }
        try keep(value, for: option)
    }

    /// The next argument, unless that is itself an option.
    private mutating func nextValue(known: [OptionForm]) -> String? {
        guard let next = rest.first, next != "--" else { return nil }
        let name = next.prefix { $0 != "=" }
        guard !known.contains(where: { $0.name == name || $0.short == next }) else { return nil }
        return rest.popFirst()
    }

    private mutating func keep(_ value: String, for option: OptionForm) throws(CommandError) {
        let earlier = given.values[option.name] ?? []
        switch option.occurrence {
        case .repeated:
            given.values[option.name] = earlier + [value]
        case .once:
            if let first = earlier.first, first != value {
                throw CommandError(
                    .conflict, "\(option.name) stands twice, with '\(first)' and '\(value)'; keep one")
            }
            given.values[option.name] = [value]
        }
    }

    private func unknown(_ name: String) -> CommandError {
        let hint = Suggestion.text(for: name, among: form.allOptions.map(\.name))
        let plain =
            form.arguments.isEmpty || !hint.isEmpty ? "" : "; a text that begins with '-' goes after --"
        return CommandError(
            .unknownOption, "lathe \(form.name) has no option '\(name)'\(hint)\(plain); see lathe \(form.name) --help")
    }

    /// Checks the number of arguments and what contradicts.
    func check() throws(CommandError) {
        for (first, second) in form.conflicts where given.values[first] != nil && given.values[second] != nil {
            throw CommandError(.conflict, "\(first) and \(second) contradict each other; keep one")
        }
        let required = form.arguments.filter { $0.count == .one || $0.count == .many }.count
        if given.positionals.count < required {
            let missing = form.arguments[given.positionals.count]
            throw CommandError(
                .missingArgument, "\(missing.name) is missing (\(missing.summary)): \(form.usage)")
        }
        let takesMany = form.arguments.contains { $0.count == .many || $0.count == .anyNumber }
        if !takesMany, given.positionals.count > form.arguments.count {
            let extra = given.positionals[form.arguments.count]
            let mend = form.arguments.isEmpty ? "" : "; put a \(form.arguments[0].name) of several words in quotes"
            throw CommandError(.extraArgument, "'\(extra)' is one argument too many for lathe \(form.name)\(mend)")
        }
    }
}
