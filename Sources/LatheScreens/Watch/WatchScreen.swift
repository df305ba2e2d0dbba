package import LatheVocabulary
import Synchronization

/// `lathe watch` on a terminal: the tree of agents, drawn in place, and left there at the end.
package final class WatchScreen: Sendable {
    private struct State {
        var tree = AgentTree()
        var painter = RegionPainter()
    }

    private let output: TerminalOutput
    private let environment: [String: String]
    private let hint: String?
    private let state = Mutex(State())

    /// `hint` says how to step in; nil for the command to do so.
    package init(output: TerminalOutput, environment: [String: String], hint: String? = nil) {
        self.hint = hint
        self.output = output
        self.environment = environment
    }

    package func take(_ events: [Event]) {
        state.withLock { state in
            for event in events { state.tree.take(event) }
        }
    }

    /// Lets what stands there stay; the next drawing begins below.
    package func leave() { state.withLock { $0.painter = RegionPainter() } }

    /// Draws what there is now, in the terminal's size as it is now; what was `said` stays above.
    package func draw(isOpen: Bool, now: Double, said: [String] = []) {
        let size = output.size() ?? TerminalSize(columns: 80, rows: 24)
        var canvas = Canvas(size: size, environment: environment)
        canvas.width = max(10, size.columns - 1)
        state.withLock { state in
            let view = WatchView(canvas: canvas, height: max(2, size.rows - 1), now: now, hint: hint)
            let lines = view.lines(state.tree, isOpen: isOpen)
            let told = said.flatMap { TerminalText.lines($0) }.flatMap { canvas.wrap(canvas.text($0), indent: 2) }
            output.write(state.painter.paint(permanent: told, region: lines, canvas: canvas, columns: size.columns))
        }
    }

    /// Leaves the terminal as a shell expects it, with what stands there.
    package func finish() { output.write("\r\n") }
}
