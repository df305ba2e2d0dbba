package import LatheVocabulary
import Synchronization

/// Only the answer, or what a cell of the user's own said; why something is not whole goes to standard error.
package final class QuietScreen: EventScreen {
    private let output: TerminalOutput
    private let errors: TerminalOutput
    private let userCells = Mutex<Set<Int>>([])

    package init(output: TerminalOutput, errors: TerminalOutput) {
        self.output = output
        self.errors = errors
    }

    package func show(_ event: Event) {
        switch event.body {
        case .cellStarted(let cell) where cell.author == .user && event.place == .coordinator:
            userCells.withLock { _ = $0.insert(cell.number) }
        case .cellFinished(let cell) where event.place == .coordinator:
            if userCells.withLock({ $0.remove(cell.number) }) != nil { show(cell) }
        case .taskFinished(let outcome): show(outcome)
        case .notice(let notice) where notice.level == .warning:
            errors.write("lathe: \(TerminalText.safe(notice.text))\n")
        default: break
        }
    }

    package func finish() {}

    private func show(_ cell: CellResult) {
        let block = CellBlock(canvas: Canvas(width: nil), codeLines: .max, outputLines: 1 << 20, indent: 0)
        let lines = block.captured(cell.stdout) + (cell.value.map { block.captured($0.text) } ?? [])
        output.write(block.canvas.render(lines))
        errors.write(block.canvas.render(block.captured(cell.stderr)))
        guard let failure = cell.failure else { return }
        let trace = failure.traceback.isEmpty ? "\(failure.type): \(failure.message)" : failure.traceback
        errors.write(TerminalText.safeBlock(trace) + "\n")
    }

    private func show(_ outcome: TaskOutcome) {
        if !outcome.answer.isEmpty { output.write(TerminalText.safeBlock(outcome.answer) + "\n") }
        guard outcome.status != .complete else { return }
        let why = outcome.reason.isEmpty ? "no reason was given" : outcome.reason
        errors.write("lathe: \(EndBlock.word(outcome.status)): \(TerminalText.safe(why))\n")
    }
}
