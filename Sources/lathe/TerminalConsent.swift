internal import Foundation
internal import LatheEngine
internal import LatheScreens
internal import LatheVocabulary

/// Asks the user about calls of tools and about handoffs on the terminal, while the screen makes room. Until there is an answer, the
/// cell that calls waits.
struct TerminalConsent: Sendable {
    let feed: EventFeed
    let environment: [String: String]

    /// Nil where there is no terminal to ask on.
    static func onTerminal(_ feed: EventFeed, _ environment: [String: String]) -> TerminalConsent? {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
        return TerminalConsent(feed: feed, environment: environment)
    }

    /// What the user says. Cancelled, it gives up, and says on the terminal that somebody else has answered.
    func answer(to request: ToolRequest, number: Int) async -> ConsentAnswer {
        await feed.aside { [environment] in Self.ask(request, number, environment, $0) }
    }

    private static func ask(
        _ request: ToolRequest, _ number: Int, _ environment: [String: String], _ isStopped: () -> Bool
    ) -> ConsentAnswer {
        guard !isStopped() else { return .nobody }
        let output = TerminalOutput.standardError
        let canvas = Canvas(size: output.size(), environment: environment)
        TerminalQuestion.show(canvas.render(ToolRequestListing.lines(request, canvas)))
        let takesAlways = request.reason.takesAlways
        let always = takesAlways ? "  [a] always" : ""
        let answer = TerminalQuestion.answer(
            "Allow it? [y] once  [s] this session\(always)  [n] no: ",
            hint: takesAlways ? "Say y, s, a or n." : "Say y, s or n.", isStopped
        ) { said -> ConsentAnswer? in
            switch said {
            case "y", "yes", "once": .once
            case "s", "session": .session
            case "a" where takesAlways: .always
            case "always" where takesAlways: .always
            case "n", "no": .no
            default: nil
            }
        }
        guard let answer else {
            output.write(
                isStopped()
                    ? "\nQuestion \(number) is not asked any more: it was answered from elsewhere, or the work was stopped.\n"
                    : "\n")
            return .nobody
        }
        return answer
    }
}

extension TerminalConsent: HandoffConsent {
    func allows(_ handoff: HandoffInitiated, why: String) async -> Bool? {
        await yesOrNo(
            ["cell \(handoff.cell) hands over to \(handoff.agent): \(handoff.goal)", "You are asked, since \(why)."])
    }
}

extension TerminalConsent: SpecialistConsent {
    func allows(_ asked: SpecialistAsked, _ decided: SpecialistDecided, at place: Place) async -> Bool? {
        await yesOrNo(
            [
                "\(place) asks for a specialist: \(asked.need)", "It says: \(asked.why)",
                "The coordinator would grant it: \(decided.reason)",
            ] + decided.steps.enumerated().flatMap { Self.lines($1, $0 + 1, of: decided.steps.count) })
    }

    /// What would run: who, with which instructions, and the task.
    private static func lines(_ step: SpecialistDecided.Step, _ number: Int, of count: Int) -> [String] {
        let lead = count > 1 ? "step \(number) of \(count), " : ""
        let who = step.agent.map { ["the agent \($0)"] } ?? ["one that is told:"] + quoted(step.instructions ?? "")
        return ["\(lead)\(who[0])"] + who.dropFirst() + ["to do:"] + quoted(step.task)
    }

    /// All of a text, in lines that are not cut.
    private static func quoted(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).flatMap { line in
            stride(from: 0, to: line.count, by: 500).map { "  > \(line.dropFirst($0).prefix(500))" }
        }
    }
}

extension TerminalConsent {
    /// Shows the lines, which may be a model's, and waits for yes or no; nil where nobody answers.
    func yesOrNo(_ lines: [String], _ question: String = "Allow it?") async -> Bool? {
        await feed.aside { [environment] (isStopped: () -> Bool) -> Bool? in
            guard !isStopped() else { return nil }
            let canvas = Canvas(size: TerminalOutput.standardError.size(), environment: environment)
            TerminalQuestion.show(canvas.told(lines.map { $0.singleLine(upTo: 600) }))
            let answer = TerminalQuestion.answer("\(question) [y] yes  [n] no: ", hint: "Say y or n.", isStopped) {
                said -> Bool? in
                switch said {
                case "y", "yes": true
                case "n", "no": false
                default: nil
                }
            }
            if answer == nil { TerminalOutput.standardError.write("\n") }
            return answer
        }
    }
}
