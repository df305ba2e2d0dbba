package import LatheVocabulary

/// A line by which who looks on with `lathe watch` steps in: the words of `lathe tell` and `lathe control`, without the session.
package enum SteppingLine {
    package static let verbs = ["tell", "pause", "continue", "cancel", "budget", "cell", "plan", "allow", "deny"]

    /// What is asked of the run of a session; throws with what to write instead.
    package static func request(_ line: String, session: String) throws(CommandError) -> ControlRequest {
        let arguments = try arguments(line, session)
        let command: Command
        do throws(CommandError) {
            command = try CommandParser.command(from: arguments)
        } catch {
            throw CommandError(error.code, error.reason.replacing(" \(session)", with: ""))
        }
        if case .control(let control) = command { return control.request }
        if case .controlPlan(let plan) = command, case .drop(let steps) = plan.what {
            var change = PlanChange(plan: plan.plan)
            (change.drop, change.because) = (steps, plan.because)
            return ControlRequest(.plan, plan: change)
        }
        throw CommandError(.badValue, "that needs a terminal of its own: lathe \(arguments.joined(separator: " "))")
    }

    /// As the command line would have it.
    private static func arguments(_ line: String, _ session: String) throws(CommandError) -> [String] {
        let line = line.trimmingSpaces
        let verb = String(line.prefix { $0 != " " })
        guard verbs.contains(verb) else {
            throw CommandError(
                .unknownCommand, "say \(verbs.joined(separator: ", ")), as in: tell coordinator Leave out 2012")
        }
        let rest = line.dropFirst(verb.count).trimmingSpaces
        guard verb == "tell" else { return ["control", verb, session] + (try words(rest)) }
        // What is said needs no quotes, and may have some in it.
        let agent = rest.prefix { $0 != " " }
        let text = rest.dropFirst(agent.count).trimmingSpaces
        return ["tell", session] + [String(agent), unquoted(text)].filter { !$0.isEmpty }
    }

    private static func unquoted(_ text: String) -> String {
        guard let first = text.first, "'\"".contains(first), text.count > 1, text.last == first else { return text }
        return String(text.dropFirst().dropLast())
    }

    /// Words between spaces; what stands in quotes is one.
    private static func words(_ text: String) throws(CommandError) -> [String] {
        var (words, word, quote): ([String], String?, Character?) = ([], nil, nil)
        for character in text {
            switch (character, quote) {
            case (let one, let open?) where one == open: quote = nil
            case ("'", nil), ("\"", nil): (quote, word) = (character, word ?? "")
            case (" ", nil):
                if let word { words.append(word) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw CommandError(.badValue, "a quote is not closed") }
        return words + (word.map { [$0] } ?? [])
    }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
