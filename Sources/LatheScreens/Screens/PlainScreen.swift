package import LatheVocabulary
import Synchronization

/// One line for each thing that happened, for pipes, logs and terminals that cannot move the cursor.
package final class PlainScreen: EventScreen {
    private let output: TerminalOutput
    private let canvas: Canvas
    private let tally = Mutex(RunTally())

    /// A line is not cut to the canvas's width: here it only decides glyphs and colour.
    package init(output: TerminalOutput, canvas: Canvas) {
        self.output = output
        self.canvas = canvas
    }

    package func show(_ event: Event) {
        tally.withLock { tally in
            tally.take(event)
            let plain = Canvas(width: nil, glyphs: canvas.glyphs)
            var lines = PlainRecord(canvas: plain).lines(event, tally: tally)
            if let answer = tally.answer(for: event) {
                lines += EndBlock(canvas: plain, answer: .raw).lines(answer: answer)
            }
            guard !lines.isEmpty else { return }
            output.write(canvas.render(lines))
        }
    }

    package func finish() {}
}
