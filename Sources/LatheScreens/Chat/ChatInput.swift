import Foundation
import Synchronization

/// Reads what the user enters, line by line: edited where there are `TerminalLines`, else with the terminal's own editing.
///
/// The prompt is written only where the input is a terminal. Call `interrupt` on Ctrl-C at the prompt: the terminal has
/// thrown away the line by then, and this throws away the lines before it. A signal must not cut a read short: handle it
/// by a signal source, or with SA_RESTART.
package final class ChatInput: Sendable {
    private struct Reading: Sendable {
        var assembler = ChatAssembler()
        var hasEnded = false
    }

    private let output: TerminalOutput
    private let prompts: Bool
    private let lines: TerminalLines?
    private let nextLine: @Sendable () -> String?
    private let reading = Mutex(Reading())

    /// `nextLine` blocks and returns a line without its line break, or nil at the end of the input.
    package init(
        output: TerminalOutput = .standardOutput,
        prompts: Bool = isatty(STDIN_FILENO) == 1,
        lines: TerminalLines? = nil,
        nextLine: @escaping @Sendable () -> String? = { readLine(strippingNewline: true) }
    ) {
        self.output = output
        self.prompts = prompts
        self.lines = lines
        self.nextLine = nextLine
    }

    /// The next entry, read on a thread of its own; `.exit` from the end of the input on.
    package func next() async -> ChatEntry {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.read()) }
        }
    }

    /// Forgets what was begun and prompts anew.
    package func interrupt() {
        reading.withLock { $0.assembler.clear() }
        if let lines { return lines.interrupt(prompt: promptText) }
        guard prompts else { return }
        output.write("\n")
        prompt()
    }

    private func read() -> ChatEntry {
        guard !reading.withLock({ $0.hasEnded }) else { return .exit }
        while true {
            guard let line = readOne() else { return end() }
            if let entry = reading.withLock({ $0.assembler.take(line) }) { return entry }
        }
    }

    private func readOne() -> String? {
        if let lines { return lines.next(prompt: promptText) }
        prompt()
        return nextLine()
    }

    private func end() -> ChatEntry {
        if prompts { output.write("\n") }
        return reading.withLock { reading in
            reading.hasEnded = true
            return reading.assembler.end()
        }
    }

    private func prompt() {
        if prompts { output.write(promptText) }
    }

    private var promptText: String { reading.withLock { $0.assembler.isWithin } ? "... " : "lathe> " }
}

/// Asks a yes-or-no question before something is downloaded or deleted.
package enum Question {
    /// True for a clear yes. Without a terminal nobody can answer, which counts as no.
    package static func isAffirmed(
        _ question: String,
        output: TerminalOutput = .standardError,
        canAsk: Bool = isatty(STDIN_FILENO) == 1,
        nextLine: () -> String? = { readLine(strippingNewline: true) }
    ) -> Bool {
        guard canAsk else {
            output.write("\(TerminalText.safe(question)) Nobody can answer here; say --yes to go on.\n")
            return false
        }
        output.write("\(TerminalText.safe(question)) [y/N] ")
        return ["y", "yes"].contains((nextLine() ?? "").trimming(where: \.isWhitespace).lowercased())
    }
}
