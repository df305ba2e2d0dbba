internal import LatheVocabulary

/// The arguments of one command after the options were told from the rest.
struct GivenArguments: Sendable, Hashable {
    /// By the option's long name; a flag has one empty value.
    var values: [String: [String]] = [:]
    var positionals: [String] = []

    func has(_ option: OptionForm) -> Bool { values[option.name] != nil }
    func value(_ option: OptionForm) -> String? { values[option.name]?.last }

    /// The single argument at `index`, which the table has promised to be there.
    func argument(_ index: Int = 0) -> String { index < positionals.count ? positionals[index] : "" }

    var outputForm: OutputForm {
        if has(.json) { return .json }
        return has(.quiet) ? .quiet : .screen
    }

    func runOptions() throws(CommandError) -> RunOptions {
        RunOptions(
            data: values[OptionForm.data.name] ?? [],
            session: try value(.session).map(SessionName.checked),
            model: value(.model),
            output: outputForm,
            confirmation: has(.yes) ? .assumed : .asks,
            project: value(.project),
            maxTurns: try maxTurns(),
            limits: try limits(), budget: try budget(), sandbox: try sandbox(),
            memory: has(.noMemory) ? .none : .used, reviewsPlans: has(.reviewPlan))
    }

    func listingOptions() -> ListingOptions {
        ListingOptions(
            output: outputForm, confirmation: has(.yes) ? .assumed : .asks, project: value(.project))
    }

    func sandbox() throws(CommandError) -> SandboxChoice {
        guard let text = value(.sandbox) else { return .confined }
        guard text == "none" else {
            throw CommandError(.badValue, "--sandbox takes only none; without it code always runs in the sandbox")
        }
        return .none
    }

    /// The limits given; one that stands twice with two values is a contradiction.
    private func limits() throws(CommandError) -> KernelLimits {
        var limits = KernelLimits()
        for text in values[OptionForm.limit.name] ?? [] {
            do throws(LimitProblem) {
                let (limit, value) = try KernelLimits.assignment(text)
                if let earlier = limits[limit], earlier != value {
                    throw LimitProblem(
                        reason:
                            "\(limit.rawValue) stands twice, as \(limit.text(earlier)) and \(limit.text(value)); keep one"
                    )
                }
                limits[limit] = value
            } catch {
                throw CommandError(.badValue, "--limit: \(error.reason)")
            }
        }
        return limits
    }

    private func budget() throws(CommandError) -> BudgetLimits {
        do throws(LimitProblem) {
            var budget = BudgetLimits()
            if let text = value(.budgetTokens) { budget.tokens = try BudgetLimits.count(text, "--budget-tokens") }
            if let text = value(.budgetUSD) { budget.microdollars = try BudgetLimits.dollars(text, "--budget-usd") }
            if let text = value(.timeLimit) { budget.seconds = try BudgetLimits.time(text, "--time-limit") }
            return budget
        } catch {
            throw CommandError(.badValue, error.reason)
        }
    }

    /// The value of `--shown`.
    func shown() throws(CommandError) -> String? {
        guard let text = value(.shown)?.lowercased() else { return nil }
        guard (12...64).contains(text.utf8.count), text.allSatisfy(\.isHexDigit) else {
            throw CommandError(
                .badValue, "--shown takes 12 to 64 hexadecimal digits, as lathe library diff ends with, not '\(text)'")
        }
        return text
    }

    /// The value of `--from`.
    func turn() throws(CommandError) -> Int? {
        guard let text = value(.from) else { return nil }
        guard let turn = Int(text), (1...1_000_000).contains(turn) else {
            throw CommandError(.badValue, "--from takes the number of a turn, from 1, not '\(text)'")
        }
        return turn
    }

    private func maxTurns() throws(CommandError) -> Int? {
        guard let text = value(.maxTurns) else { return nil }
        guard let count = Int(text), (1...1000).contains(count) else {
            throw CommandError(.badValue, "--max-turns takes a whole number from 1 to 1000, not '\(text)'")
        }
        return count
    }
}

/// What a session may be called: its name becomes that of a folder.
package enum SessionName {
    package static func checked(_ text: String) throws(CommandError) -> String {
        let allowed = text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "-_.".unicodeScalars.contains($0))
        }
        guard allowed, (1...64).contains(text.utf8.count), let first = text.first, first.isLetter || first.isNumber
        else {
            throw CommandError(
                .badValue,
                "'\(text)' cannot name a session: use up to 64 letters, digits, '-', '_' and '.', a letter or digit first"
            )
        }
        return text
    }
}
