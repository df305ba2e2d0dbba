internal import Foundation
internal import LatheScreens
internal import LatheTools
internal import LatheVocabulary

/// Puts what a server asks to the user, one question at a time, and shows what it says while it works. On standard error.
struct ToolQuestionScreen: Sendable {
    private let turn = QuestionTurn()
    private let feed: EventFeed?

    /// The screen of `feed` makes room for questions; nil where there is none.
    init(feed: EventFeed? = nil) {
        self.feed = feed
    }

    @Sendable func show(_ news: ToolHost.News) {
        guard case .progress(let server, let done, let total, let message) = news, isatty(STDERR_FILENO) == 1 else {
            return
        }
        let share = total.map { " of \(Self.plain($0))" } ?? ""
        write("\(server): \(Self.plain(done))\(share) \(message)")
    }

    /// Without a terminal nobody can answer, which declines.
    @Sendable func answer(_ question: ToolQuestion) async -> ToolQuestion.Answer {
        await turn.take { feed.map { $0.aside { Self.ask(question) } } ?? Self.ask(question) }
    }

    private static func ask(_ question: ToolQuestion) -> ToolQuestion.Answer {
        write("\(question.server) asks: \(question.message)")
        guard isatty(STDIN_FILENO) == 1 else {
            write("Nobody can answer here, so it is declined.")
            return .declined
        }
        if let url = question.url {
            write("It wants you to open this address in a browser: \(url)")
            return Question.isAffirmed("Did you open it?") ? .accepted([:]) : .declined
        }
        guard Question.isAffirmed("Answer \(question.server)? What you write goes to it.") else { return .declined }
        var content: [String: JSONValue] = [:]
        for field in question.fields {
            switch value(of: field) {
            case .some(.null): continue
            case .some(let value): content[field.name] = value
            case nil: return .cancelled
            }
        }
        return .accepted(content)
    }

    /// Null for a field that is left out; nil where standard input ended.
    private static func value(of field: ToolQuestion.Field) -> JSONValue? {
        while true {
            let optional = field.isRequired ? "" : " (Enter leaves it out)"
            TerminalOutput.standardError.write(TerminalText.safe("  \(field.title)\(choices(field))\(optional): "))
            guard let line = readLine(strippingNewline: true) else { return nil }
            if line.isEmpty, !field.isRequired { return .null }
            if let value = read(line, field.kind) { return value }
            write("  that does not fit")
        }
    }

    private static func choices(_ field: ToolQuestion.Field) -> String {
        switch field.kind {
        case .choice(let choices): " (\(choices.joined(separator: ", ")))"
        case .flag: " (yes or no)"
        default: ""
        }
    }

    private static func read(_ line: String, _ kind: ToolQuestion.Field.Kind) -> JSONValue? {
        switch kind {
        case .text: .string(line)
        case .integer: Int(line).map { .integer($0) }
        case .number: Double(line).flatMap { $0.isFinite ? .number($0) : nil }
        case .flag:
            ["y", "yes", "true"].contains(line.lowercased())
                ? true : ["n", "no", "false"].contains(line.lowercased()) ? false : nil
        case .choice(let choices): choices.contains(line) ? .string(line) : nil
        }
    }

    private static func plain(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    }

    private func write(_ text: String) { Self.write(text) }

    private static func write(_ text: String) {
        TerminalOutput.standardError.write(TerminalText.safe(text) + "\n")
    }
}

/// One question at a time: two on one terminal would mix.
private actor QuestionTurn {
    func take(_ body: @Sendable () -> ToolQuestion.Answer) -> ToolQuestion.Answer { body() }
}
