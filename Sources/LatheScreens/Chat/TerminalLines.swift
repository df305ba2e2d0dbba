import Foundation
import Synchronization

/// Reads lines from a terminal and lets them be edited: arrows, words, earlier lines, Ctrl-R to search them.
///
/// While a line is read the terminal hands over each key and echoes nothing; after it, it is as it was. For one reader at a time;
/// `interrupt` may be called from another thread.
package final class TerminalLines: Sendable {
    private struct State: Sendable {
        var editor: LineEditor
        var prompt = ""
        var isReading = false
        /// The newest line of the history.
        var newest: String?
    }

    private let keys: TerminalKeys
    private let output: TerminalOutput
    private let history: ChatHistory
    private let state: Mutex<State>

    /// Nil where lines cannot be edited: without a terminal on both sides, or on one that can do nothing.
    package init?(
        history: ChatHistory, environment: [String: String], input: Int32 = STDIN_FILENO,
        output: TerminalOutput = .standardOutput
    ) {
        guard let keys = TerminalKeys(environment: environment, input: input, output: output) else { return nil }
        self.keys = keys
        self.output = output
        self.history = history
        let lines = history.lines()
        state = Mutex(State(editor: LineEditor(history: lines), newest: lines.last))
    }

    /// The next line without its line break; nil at the end of the input.
    package func next(prompt: String) -> String? {
        keys.during(.signal) { read(prompt) } ?? nil
    }

    private func read(_ prompt: String) -> String? {
        state.withLock { state in
            state.prompt = prompt
            state.isReading = true
            draw(state)
        }
        defer { state.withLock { $0.isReading = false } }
        while let key = keys.next() {
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
        return nil
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
}
