import Foundation
internal import LatheVocabulary
import Synchronization

/// Asks line by line, for terminals that can do nothing else: the page is printed, then a word is read.
package final class PlainReview: ReviewAsking {
    private let output: TerminalOutput
    private let environment: [String: String]
    private let nextLine: @Sendable () -> String?
    private let isInterrupted = Mutex(false)

    /// `nextLine` blocks and returns a line without its line break, or nil at the end of the input.
    package init(
        environment: [String: String], output: TerminalOutput = .standardOutput,
        nextLine: @escaping @Sendable () -> String? = { readLine(strippingNewline: true) }
    ) {
        self.output = output
        self.environment = environment
        self.nextLine = nextLine
    }

    package func ask(_ question: ReviewQuestion) async -> ReviewAnswer {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.answer(question)) }
        }
    }

    package func tell(_ text: String) { output.write(TerminalText.safe(text) + "\n") }

    package func leave() {}

    package func interrupt() { isInterrupted.withLock { $0 = true } }

    /// Waits for a line that the terminal has; false once it was interrupted.
    private func waitsForLine() -> Bool {
        while !isInterrupted.withLock({ $0 }) {
            var look = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            if poll(&look, 1, 200) != 0 { return true }
        }
        return false
    }

    private func answer(_ question: ReviewQuestion) -> ReviewAnswer {
        let canvas = Canvas(size: output.size(), environment: environment)
        let page = ReviewPage(question.item, .source, canvas)
        var lines = [canvas.text(question.title, .bold)] + page.lines(canvas)
        if let notice = question.notice { lines += TerminalText.lines(notice).flatMap { canvas.wrap(canvas.text($0)) } }
        if let draft = question.draft { lines += canvas.wrap(canvas.text("your edit is kept in \(draft)")) }
        output.write(canvas.render(lines))
        while true {
            output.write("approve, edit, changes NOTE, reject REASON, skip, back, quit? ")
            guard waitsForLine() else { return .interrupted }
            guard let line = nextLine() else {
                output.write("\n")
                return .quit
            }
            if let answer = Self.answer(line, hasDraft: question.draft != nil) { return answer }
            output.write(canvas.render(canvas.wrap(canvas.text(Self.help))))
        }
    }

    private static let help =
        "one of these words, or its first letter; changes and reject want a text after it; drop gives up an edit"

    /// Nil for what is no answer.
    static func answer(_ line: String, hasDraft: Bool) -> ReviewAnswer? {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true).map(String.init)
        guard let first = words.first?.lowercased() else { return nil }
        let rest = (words.count > 1 ? words[1] : "").trimming(where: \.isWhitespace)
        switch first {
        case "a", "approve": return rest.isEmpty ? .approve : nil
        case "e", "edit": return .edit
        case "c", "changes": return rest.isEmpty ? nil : .askForChanges(rest)
        case "r", "reject": return rest.isEmpty ? nil : .reject(rest)
        case "d", "drop": return hasDraft ? .drop : nil
        case "s", "skip": return .skip
        case "b", "back", "p": return .back
        case "q", "quit": return .quit
        default: return nil
        }
    }
}
