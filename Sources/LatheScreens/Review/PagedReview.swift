import Foundation
internal import LatheVocabulary
import Synchronization

/// Asks on a whole terminal: the page can be read back and forth, and the question stays in sight.
///
/// It is drawn on the terminal's other screen, so that what was there before comes back.
package final class PagedReview: ReviewAsking {
    private struct State: Sendable {
        var isOnOtherScreen = false
        var isInterrupted = false
    }

    private let keys: TerminalKeys
    private let output: TerminalOutput
    private let environment: [String: String]
    private let state = Mutex(State())

    /// Nil on a terminal that cannot do it, and without one.
    package init?(environment: [String: String], output: TerminalOutput = .standardOutput) {
        guard let keys = TerminalKeys(environment: environment, output: output) else { return nil }
        self.keys = keys
        self.output = output
        self.environment = environment
    }

    package func ask(_ question: ReviewQuestion) async -> ReviewAnswer {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.answer(question)) }
        }
    }

    package func tell(_ text: String) {
        guard let size = output.size() else { return }
        enter()
        let line = canvas(size).fit(canvas(size).text(text, .yellow))
        output.write("\u{1B}[\(size.rows);1H\(canvas(size).render(line))\u{1B}[K")
    }

    package func leave() {
        let wasThere = state.withLock { state in
            defer { state.isOnOtherScreen = false }
            return state.isOnOtherScreen
        }
        if wasThere { output.write("\u{1B}[?25h\u{1B}[?1049l") }
    }

    package func interrupt() { state.withLock { $0.isInterrupted = true } }

    // MARK: Asking

    private func answer(_ question: ReviewQuestion) -> ReviewAnswer {
        enter()
        return keys.during(.key) {
            // An answer to a question that nobody has seen is none.
            keys.forget()
            var view = ReviewView(question, size: size, environment: environment)
            draw(view)
            while true {
                if state.withLock({ $0.isInterrupted }) { return .interrupted }
                switch keys.next(within: 200) {
                case .ended: return .quit
                // The terminal may have another size by now.
                case .nothing: guard view.resize(to: size) else { continue }
                case .key(let key):
                    if let answer = view.take(key) { return answer }
                }
                draw(view)
            }
        } ?? .quit
    }

    private var size: TerminalSize { output.size() ?? TerminalSize(columns: 80, rows: 24) }

    private func canvas(_ size: TerminalSize) -> Canvas { Canvas(size: size, environment: environment) }

    private func enter() {
        let isNew = state.withLock { state in
            defer { state.isOnOtherScreen = true }
            return !state.isOnOtherScreen
        }
        if isNew { output.write("\u{1B}[?1049h") }
    }

    /// One frame at once: every row anew, so that nothing of the one before stays.
    private func draw(_ view: ReviewView) {
        let canvas = canvas(view.size)
        let rows = view.lines(canvas).map { canvas.render($0) + "\u{1B}[K" }.joined(separator: "\r\n")
        let cursor = view.cursor.map { "\u{1B}[\(view.size.rows);\($0 + 1)H\u{1B}[?25h" } ?? "\u{1B}[?25l"
        output.write("\u{1B}[?2026h\u{1B}[H\(rows)\u{1B}[J\(cursor)\u{1B}[?2026l")
    }
}
