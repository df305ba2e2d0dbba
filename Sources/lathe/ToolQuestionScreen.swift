internal import Foundation
internal import LatheScreens
internal import LatheTools
internal import LatheVocabulary

/// Puts what a server asks to the user, one question at a time, and shows what it says while it works. On standard error.
struct ToolQuestionScreen: Sendable {
    private let feed: EventFeed

    /// `feed` lets one question in at a time, beside all others that it puts, and its screen makes room.
    init(feed: EventFeed = EventFeed()) {
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
        await feed.aside { Self.ask(question, $0) }
    }

    private static func ask(_ question: ToolQuestion, _ isStopped: () -> Bool) -> ToolQuestion.Answer {
        guard !isStopped() else { return .cancelled }
        write("\(question.server) asks: \(question.message)")
        guard isatty(STDIN_FILENO) == 1 else {
            write("Nobody can answer here, so it is declined.")
            return .declined
        }
        if let url = question.url {
            return isAffirmed(
                "It wants you to open this address in a browser: \(url)", "Did you open it?", isStopped)
                ? .accepted([:]) : .declined
        }
        guard isAffirmed("", "Answer \(question.server)? What you write goes to it.", isStopped) else {
            return .declined
        }
        var content: [String: JSONValue] = [:]
        for field in question.fields {
            switch value(of: field, isStopped) {
            case .some(.null): continue
            case .some(let value): content[field.name] = value
            case nil: return .cancelled
            }
        }
        return .accepted(content)
    }

    private static func isAffirmed(_ about: String, _ question: String, _ isStopped: () -> Bool) -> Bool {
        TerminalQuestion.show(about.isEmpty ? "" : TerminalText.safe(about) + "\n")
        return Question.isAffirmed(question, nextLine: { TerminalQuestion.line(isStopped) })
    }

    /// Null for a field that is left out; nil where standard input ended, or the work was stopped.
    private static func value(of field: ToolQuestion.Field, _ isStopped: () -> Bool) -> JSONValue? {
        while true {
            let optional = field.isRequired ? "" : " (Enter leaves it out)"
            TerminalOutput.standardError.write(TerminalText.safe("  \(field.title)\(choices(field))\(optional): "))
            guard let line = TerminalQuestion.line(isStopped) else { return nil }
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
