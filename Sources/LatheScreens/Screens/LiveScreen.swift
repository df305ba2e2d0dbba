package import LatheVocabulary
import Synchronization

/// The live view on a terminal: what is finished scrolls up and stays, what is under way is drawn in place below it.
package final class LiveScreen: EventScreen {
    private struct Screen: Sendable {
        var state = LiveState()
        var painter = RegionPainter()
        /// Lines that go up with the next drawing.
        var permanent: [StyledLine] = []
        var drawn = -Double.infinity
        var isFinished = false
        var isAside = false
    }

    private static let interval = 1.0 / 15

    private let output: TerminalOutput
    private let environment: [String: String]
    private let now: @Sendable () -> Double
    private let screen = Mutex(Screen())

    /// `now` is in seconds since 1970, as the times of events are.
    package init(
        output: TerminalOutput,
        environment: [String: String],
        now: @escaping @Sendable () -> Double = { RunClock.shared.now }
    ) {
        self.output = output
        self.environment = environment
        self.now = now
    }

    package func show(_ event: Event) {
        screen.withLock { screen in
            screen.permanent += screen.state.take(event, canvas())
            let isEnd = screen.state.began == nil || screen.isFinished
            guard !screen.isAside else { return }
            if isEnd || isDue(screen) { draw(&screen) }
        }
    }

    package func animate() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(67))
            tick()
        }
    }

    /// Draws the view as it is now, unless it was drawn a moment ago or there is nothing to draw.
    package func tick() {
        screen.withLock { screen in
            guard !screen.isFinished, !screen.isAside, screen.state.began != nil, isDue(screen) else { return }
            draw(&screen)
        }
    }

    package func makeRoom() {
        screen.withLock { screen in
            screen.isAside = true
            guard !screen.isFinished else { return }
            draw(&screen)
        }
    }

    package func goOn() {
        screen.withLock { screen in
            screen.isAside = false
            if !screen.isFinished { draw(&screen) }
        }
    }

    package func finish() {
        screen.withLock { screen in
            guard !screen.isFinished else { return }
            screen.isFinished = true
            if !screen.permanent.isEmpty || !screen.painter.isClear { draw(&screen) }
        }
    }

    private func isDue(_ screen: Screen) -> Bool { now() - screen.drawn >= Self.interval }

    private var size: TerminalSize { output.size() ?? TerminalSize(columns: 80, rows: 24) }

    /// A column less than the terminal has, so that no line wraps.
    private func canvas() -> Canvas {
        var canvas = Canvas(size: size, environment: environment)
        canvas.width = max(10, size.columns - 1)
        return canvas
    }

    private func draw(_ screen: inout Screen) {
        let (size, time, canvas) = (size, now(), canvas())
        let view = LiveRegion(canvas: canvas, height: min(size.rows - 1, 30), now: time)
        let region = screen.isFinished || screen.isAside ? [] : view.lines(screen.state)
        output.write(
            screen.painter.paint(permanent: screen.permanent, region: region, canvas: canvas, columns: size.columns))
        screen.permanent = []
        screen.drawn = time
    }
}
