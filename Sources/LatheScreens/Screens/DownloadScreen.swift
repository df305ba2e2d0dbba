internal import LatheVocabulary
import Synchronization

/// The progress of one download: a bar that is drawn in place on a terminal, a line every tenth through a pipe.
package final class DownloadScreen: Sendable {
    private struct Progress: Sendable {
        var began: (time: Double, bytes: Int)?
        var drawn = -Double.infinity
        var tenth = -1
    }

    private let output: TerminalOutput
    private let canvas: Canvas
    private let label: String
    private let now: @Sendable () -> Double
    private let progress = Mutex(Progress())

    package init(
        label: String, output: TerminalOutput, environment: [String: String],
        now: @escaping @Sendable () -> Double = { RunClock.shared.now }
    ) {
        self.label = label
        self.output = output
        self.now = now
        let isDumb = ["", "dumb"].contains(environment["TERM", default: ""])
        canvas = Canvas(size: isDumb ? nil : output.size(), environment: environment)
    }

    /// `done` counts the bytes of an earlier attempt too; the speed is that of this one.
    package func show(done: Int, of total: Int) {
        progress.withLock { progress in
            let time = now()
            let began = progress.began ?? (time, done)
            progress.began = began
            let seconds = time - began.time
            let speed = seconds > 0.5 ? Double(done - began.bytes) / seconds : nil
            if let columns = canvas.width {
                guard time - progress.drawn >= 1.0 / 15 || done >= total else { return }
                progress.drawn = time
                let line = Self.line(
                    label, done, total, speed, canvas: Canvas(width: columns - 1, glyphs: canvas.glyphs))
                output.write("\r" + line.plain + "\u{1B}[K")
            } else {
                let tenth = total > 0 ? done * 10 / total : 10
                guard tenth > progress.tenth else { return }
                progress.tenth = tenth
                output.write(Self.line(label, done, total, speed, canvas: canvas).plain + "\n")
            }
        }
    }

    /// Ends the line, so that the next text begins below it.
    package func finish() {
        guard canvas.width != nil else { return }
        if progress.withLock({ $0.began != nil }) { output.write("\r\n") }
    }

    static func line(_ label: String, _ done: Int, _ total: Int, _ speed: Double?, canvas: Canvas) -> StyledLine {
        let part = total > 0 ? min(1, Double(done) / Double(total)) : 1
        var text = " \(Int(part * 100)) %  \(Figure.bytes(done)) of \(Figure.bytes(total))"
        if let speed, speed > 0 {
            text += "  \(Figure.bytes(Int(speed)))/s"
            if done < total { text += "  \(Figure.clock(Double(total - done) / speed)) left" }
        }
        let head = canvas.text(label + " ")
        guard let width = canvas.width else { return head + canvas.text(text.trimming { $0 == " " }) }
        let room = min(30, width - head.width - text.count)
        guard room >= 5 else { return canvas.fit(head + canvas.text(text)) }
        let full = Int(Double(room) * part)
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: room - full)
        return canvas.fit(head + canvas.text(bar) + canvas.text(text))
    }
}
