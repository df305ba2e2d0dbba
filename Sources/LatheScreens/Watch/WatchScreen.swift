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
    private let state = Mutex(State())

    package init(output: TerminalOutput, environment: [String: String]) {
        self.output = output
        self.environment = environment
    }

    package func take(_ events: [Event]) {
        state.withLock { state in
            for event in events { state.tree.take(event) }
        }
    }

    /// Draws what there is now, in the terminal's size as it is now.
    package func draw(isOpen: Bool, now: Double) {
        let size = output.size() ?? TerminalSize(columns: 80, rows: 24)
        var canvas = Canvas(size: size, environment: environment)
        canvas.width = max(10, size.columns - 1)
        state.withLock { state in
            let view = WatchView(canvas: canvas, height: max(2, size.rows - 1), now: now)
            let lines = view.lines(state.tree, isOpen: isOpen)
            output.write(state.painter.paint(permanent: [], region: lines, canvas: canvas, columns: size.columns))
        }
    }

    /// Leaves the terminal as a shell expects it, with what stands there.
    package func finish() { output.write("\r\n") }
}
