internal import Foundation
internal import Glibc
internal import LatheScreens
internal import LatheVocabulary
internal import Synchronization

/// Lets who looks on with `lathe watch` on a terminal step in: Enter holds the drawing and asks for a line, which is sent while the
/// drawing goes on.
///
/// Of one thread, but for what comes back, which may take until a turn or a step ends. The terminal's modes stay as they are.
final class WatchStepping {
    /// What was answered, and how many requests wait.
    private final class Answers: Sendable {
        let state = Mutex<(said: [String], waiting: Int)>(([], 0))
    }

    private static let prompt = "step in (Enter for nothing): "
    private static let lastWait = 20

    private let session: String
    private let folder: String
    private let output: TerminalOutput
    private let answers = Answers()
    private var isOver = false

    /// Nil where nothing can be typed.
    init?(session: String, folder: String, output: TerminalOutput) {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        self.session = session
        self.folder = folder
        self.output = output
    }

    /// Whether a line was typed, or Enter alone.
    var isWanted: Bool {
        var watched = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        return !isOver && poll(&watched, 1, 0) > 0 && tcgetpgrp(STDIN_FILENO) == getpgrp()
    }

    /// Takes what was typed, or asks for it, and sends it.
    func take(_ isStopped: () -> Bool) {
        guard var line = TerminalQuestion.line(isStopped) else { return isOver = true }
        if line.allSatisfy(\.isWhitespace) {
            output.write(Self.prompt)
            guard let said = TerminalQuestion.line(isStopped) else { return isOver = true }
            line = said
        }
        guard !line.allSatisfy(\.isWhitespace) else { return }
        do throws(CommandError) {
            send(try SteppingLine.request(line, session: session))
        } catch {
            answers.state.withLock { $0.said.append("not done: \(error.reason)") }
        }
    }

    private func send(_ request: ControlRequest) {
        answers.state.withLock { $0.waiting += 1 }
        Thread.detachNewThread { [session, folder, answers] in
            let said: String
            do throws(CommandFailure) {
                said = try ControlClient.ask(request, session: session, folder: folder).said
            } catch {
                said = "not done: \(error.reason)"
            }
            answers.state.withLock { state in
                state.said.append(said)
                state.waiting -= 1
            }
        }
    }

    /// What was answered since; each once.
    func said() -> [String] {
        answers.state.withLock { state in
            defer { state.said = [] }
            return state.said
        }
    }

    /// Gives what is still asked a moment to be answered, once the run has ended.
    func settle(_ isStopped: () -> Bool) {
        for _ in 0..<Self.lastWait where !isStopped() && answers.state.withLock({ $0.waiting > 0 }) {
            usleep(100_000)
        }
    }
}
