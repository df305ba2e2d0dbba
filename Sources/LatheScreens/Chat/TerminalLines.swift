import Foundation
import Synchronization

/// Reads lines from a terminal and lets them be edited: arrows, words, earlier lines, Ctrl-R to search them.
///
/// While a line is read the terminal hands over each key and echoes nothing; after it, it is as it was. For one reader at a time;
/// `interrupt` may be called from another thread.
package final class TerminalLines: Sendable {
    private struct State: Sendable {
        var editor: LineEditor
        var decoder = KeyDecoder()
        var prompt = ""
        /// Keys that came with the last line.
        var ahead: [UInt8] = []
        var isReading = false
        /// The newest line of the history.
        var newest: String?
    }

    private let input: Int32
    private let output: TerminalOutput
    private let history: ChatHistory
    private let state: Mutex<State>

    /// Nil where lines cannot be edited: without a terminal on both sides, or on one that can do nothing.
    package init?(
        history: ChatHistory, environment: [String: String], input: Int32 = STDIN_FILENO,
        output: TerminalOutput = .standardOutput
    ) {
        guard isatty(input) == 1, output.size() != nil, !["", "dumb"].contains(environment["TERM", default: ""]) else {
            return nil
        }
        self.input = input
        self.output = output
        self.history = history
        let lines = history.lines()
        state = Mutex(State(editor: LineEditor(history: lines), newest: lines.last))
    }

    /// The next line without its line break; nil at the end of the input.
    package func next(prompt: String) -> String? {
        guard let before = setRaw() else { return nil }
        defer { _ = withUnsafePointer(to: before) { tcsetattr(input, TCSADRAIN, $0) } }
        state.withLock { state in
            state.prompt = prompt
            state.isReading = true
            draw(state)
        }
        defer { state.withLock { $0.isReading = false } }
        while true {
            guard let byte = nextByte() else { return nil }
            let key = state.withLock { state in
                byte < 0 ? state.decoder.pause() : state.decoder.take(UInt8(byte))
            }
            guard let key else { continue }
            switch state.withLock({ take(key, &$0) }) {
            case .editing: continue
            case .entered(let line):
                let isNew = state.withLock { state in
                    defer { state.newest = line }
                    return state.newest != line
                }
                if isNew { history.add(line) }
                return line
            case .ended: return nil
            }
        }
    }

    /// Forgets what was begun and shows the prompt anew, below.
    package func interrupt(prompt: String) {
        state.withLock { state in
            state.editor.clear()
            state.prompt = prompt
            guard state.isReading else { return }
            output.write("\n")
            draw(state)
        }
    }

    private func take(_ key: Key, _ state: inout State) -> LineEditor.Outcome {
        let last = state.editor
        let outcome = state.editor.take(key)
        switch outcome {
        case .editing: redraw(state, after: last, key)
        case .entered(let line):
            // As it was entered, whole again where the search or the cursor had moved it.
            draw(LineView(prompt: state.prompt, before: line, after: "", columns: columns))
            output.write("\n")
        case .ended: break
        }
        return outcome
    }

    // MARK: Drawing

    private var columns: Int { output.size()?.columns ?? 80 }

    /// A letter at the end of a line is written as it is, everything else draws the row anew.
    private func redraw(_ state: State, after last: LineEditor, _ key: Key) {
        let (was, now) = (view(of: last, state), view(of: state.editor, state))
        guard was != now else { return }
        if case .text = key, state.editor.search == nil, last.after.isEmpty, now.row.hasPrefix(was.row) {
            return output.write(String(now.row.dropFirst(was.row.count)))
        }
        draw(now)
    }

    private func draw(_ state: State) { draw(view(of: state.editor, state)) }

    private func view(of editor: LineEditor, _ state: State) -> LineView {
        guard let search = editor.search else {
            return LineView(prompt: state.prompt, before: editor.before, after: editor.after, columns: columns)
        }
        let found = search.found == nil && !search.words.isEmpty ? "nothing with" : "search"
        let prompt = "(\(found) “\(TerminalText.safe(search.words))”) "
        return LineView(prompt: prompt, before: editor.before, after: editor.after, columns: columns)
    }

    private func draw(_ view: LineView) {
        let back = DisplayWidth.of(view.row) == view.cursor ? "" : "\r\u{1B}[\(view.cursor)C"
        output.write("\r\(view.row)\u{1B}[K\(view.cursor == 0 && !back.isEmpty ? "\r" : back)")
    }

    // MARK: Keys

    /// The next byte; -1 where an escape sequence may have ended, nil at the end of the input.
    private func nextByte() -> Int? {
        let (ahead, isWithin) = state.withLock { state -> (UInt8?, Bool) in
            (state.ahead.isEmpty ? nil : state.ahead.removeFirst(), state.decoder.isWithin)
        }
        if let ahead { return Int(ahead) }
        if isWithin {
            var look = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
            if poll(&look, 1, 50) == 0 { return -1 }
        }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(input, &bytes, bytes.count)
            if count > 0 {
                state.withLock { $0.ahead += bytes[1..<count] }
                return Int(bytes[0])
            }
            guard count < 0, errno == EINTR || errno == EAGAIN else { return nil }
            if errno == EAGAIN { usleep(10_000) }
        }
    }

    /// Has the terminal hand over keys as they come, and gives how it was. Ctrl-C stays a signal.
    private func setRaw() -> termios? {
        var before = termios()
        guard tcgetattr(input, &before) == 0 else { return nil }
        var raw = before
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
        raw.c_iflag &= ~tcflag_t(IXON)
        withUnsafeMutableBytes(of: &raw.c_cc) { controls in
            controls[Int(VMIN)] = 1
            controls[Int(VTIME)] = 0
            // A program that is stopped here would leave the terminal as it is now.
            controls[Int(VSUSP)] = 0
        }
        guard tcsetattr(input, TCSADRAIN, &raw) == 0 else { return nil }
        return before
    }
}
