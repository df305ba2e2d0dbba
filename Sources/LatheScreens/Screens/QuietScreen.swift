internal import Foundation
package import LatheVocabulary
import Synchronization

/// Only the answer, or what a cell of the user's own said; why something is not whole goes to standard error.
package final class QuietScreen: EventScreen {
    private let output: TerminalOutput
    private let errors: TerminalOutput
    private let folder: String?
    private let userCells = Mutex<Set<Int>>([])
    private let tally = Mutex(RunTally())

    /// `folder` is the session's: outputs that are too long for an event are printed from their files there.
    package init(output: TerminalOutput, errors: TerminalOutput, folder: String? = nil) {
        self.output = output
        self.errors = errors
        self.folder = folder
    }

    package func show(_ event: Event) {
        let answer = tally.withLock { tally in
            tally.take(event)
            return tally.answer(for: event)
        }
        switch event.body {
        case .cellStarted(let cell) where cell.author == .user && event.place == .coordinator:
            userCells.withLock { _ = $0.insert(cell.number) }
        case .cellFinished(let cell) where event.place == .coordinator:
            if userCells.withLock({ $0.remove(cell.number) }) != nil { show(cell) }
            if let answer { output.write(TerminalText.safeBlock(answer) + "\n") }
        case .taskFinished(let outcome): show(outcome)
        case .replayCompared(let compared) where !compared.isSame:
            let canvas = Canvas(width: nil)
            errors.write(canvas.render(ComparisonLines(canvas: canvas).lines(compared)))
        case .notice(let notice) where notice.level == .warning:
            errors.write("lathe: \(TerminalText.safe(notice.text))\n")
        case .capabilityDemoted(let demoted):
            errors.write("lathe: \(TerminalText.safe(demoted.sentence))\n")
        case .taskResumed(let resumed):
            for sentence in resumed.sentences { errors.write("lathe: \(TerminalText.safe(sentence))\n") }
        case .rolledBack(let back) where back.cause == .user && event.place == .coordinator:
            errors.write("lathe: \(TerminalText.safe("\(back.sentence) \(RolledBack.notUndone)"))\n")
        case .kernelReplaced(let replaced) where event.place == .coordinator:
            errors.write("lathe: \(TerminalText.safe("\(replaced.sentence) \(RolledBack.notUndone)"))\n")
        case .kernelLost(let loss) where loss.place == .coordinator && loss.uncertainCell == nil:
            errors.write("lathe: \(TerminalText.safe(loss.reason))\n")
        default: break
        }
    }

    package func finish() {}

    private func show(_ cell: CellResult) {
        show(cell.stdout, on: output)
        if let value = cell.value { show(value.text, on: output) }
        show(cell.stderr, on: errors)
        guard let failure = cell.failure else { return }
        let trace = failure.traceback.isEmpty ? "\(failure.type): \(failure.message)" : failure.traceback
        errors.write(TerminalText.safeBlock(trace) + "\n")
    }

    private func show(_ text: CapturedText, on output: TerminalOutput) {
        guard let whole = whole(text) else {
            let block = CellBlock(canvas: Canvas(width: nil), codeLines: .max, outputLines: 1 << 20, indent: 0)
            return output.write(block.canvas.render(block.captured(text)))
        }
        output.write(TerminalText.safeBlock(whole) + (whole.hasSuffix("\n") ? "" : "\n"))
        guard text.lost > 0 else { return }
        errors.write("lathe: the last \(Figure.bytes(text.lost)) of the output were too much to keep\n")
    }

    /// The text of an output's file; nil where the event holds all there is.
    private func whole(_ text: CapturedText) -> String? {
        guard let folder, let file = text.file, let data = FileManager.default.contents(atPath: folder + "/" + file)
        else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    private func show(_ outcome: TaskOutcome) {
        if !outcome.answer.isEmpty { output.write(TerminalText.safeBlock(outcome.answer) + "\n") }
        guard outcome.status != .complete else { return }
        let why = outcome.reason.isEmpty ? "no reason was given" : outcome.reason
        errors.write("lathe: \(EndBlock.word(outcome.status)): \(TerminalText.safe(why))\n")
    }
}
