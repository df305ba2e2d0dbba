internal import Foundation
internal import LatheEngine
internal import LatheScreens
internal import LatheVocabulary
internal import Synchronization

/// Asks the user about calls of tools on the terminal, one at a time, while the screen makes room. Until there is an answer, the
/// cell that calls waits.
final class TerminalConsent: Sendable {
    private let feed: EventFeed
    private let environment: [String: String]
    private let turn = AsyncGate(1)

    init(feed: EventFeed, environment: [String: String]) {
        self.feed = feed
        self.environment = environment
    }

    /// Nil where there is no terminal to ask on.
    static func onTerminal(_ feed: EventFeed, _ environment: [String: String]) -> TerminalConsent? {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
        return TerminalConsent(feed: feed, environment: environment)
    }

    /// What the user says. Cancelled, it gives up, and says on the terminal that somebody else has answered.
    func answer(to request: ToolRequest, number: Int) async -> ConsentAnswer {
        await inTurn { self.ask(request, number, $0) }
    }

    /// Asks on a thread of its own, one question at a time, until there is an answer or the work is stopped.
    private func inTurn<Answer: Sendable>(_ ask: @escaping @Sendable (() -> Bool) -> Answer) async -> Answer {
        await turn.enter()
        let isStopped = Mutex(false)
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiting: CheckedContinuation<Answer, Never>) in
                Thread { [self] in
                    let answer = feed.aside { ask { isStopped.withLock { $0 } } }
                    waiting.resume(returning: answer)
                }.start()
            }
        } onCancel: {
            isStopped.withLock { $0 = true }
        }
        await turn.leave()
        return answer
    }

    private func ask(_ request: ToolRequest, _ number: Int, _ isStopped: () -> Bool) -> ConsentAnswer {
        guard !isStopped() else { return .nobody }
        let output = TerminalOutput.standardError
        let canvas = Canvas(size: output.size(), environment: environment)
        output.write(canvas.render(ToolRequestListing.lines(request, canvas)))
        // What was typed before the question was there is no answer to it.
        tcflush(STDIN_FILENO, TCIFLUSH)
        let takesAlways = request.reason.takesAlways
        let always = takesAlways ? "  [a] always" : ""
        while !isStopped() {
            output.write("Allow it? [y] once  [s] this session\(always)  [n] no: ")
            guard let line = TerminalLine.next(isStopped) else {
                output.write(
                    isStopped()
                        ? "\nQuestion \(number) is not asked any more: it was answered from elsewhere, or the work was stopped.\n"
                        : "\n")
                return .nobody
            }
            switch line.trimmingCharacters(in: .whitespaces).lowercased() {
            case "y", "yes", "once": return .once
            case "s", "session": return .session
            case "a" where takesAlways: return .always
            case "always" where takesAlways: return .always
            case "n", "no": return .no
            default: output.write(takesAlways ? "Say y, s, a or n.\n" : "Say y, s or n.\n")
            }
        }
        return .nobody
    }
}

extension TerminalConsent: HandoffConsent {
    func allows(_ handoff: HandoffInitiated, why: String) async -> Bool? {
        await inTurn { isStopped in
            let output = TerminalOutput.standardError
            let told = "cell \(handoff.cell) hands over to \(handoff.agent): \(handoff.goal)"
            output.write(TerminalText.safe(told.singleLine(upTo: 400)) + "\n")
            output.write(TerminalText.safe("You are asked, since \(why).") + "\n")
            while !isStopped() {
                output.write("Allow it? [y] yes  [n] no: ")
                guard let line = TerminalLine.next(isStopped) else { break }
                switch line.trimmingCharacters(in: .whitespaces).lowercased() {
                case "y", "yes": return true
                case "n", "no": return false
                default: output.write("Say y or n.\n")
                }
            }
            output.write("\n")
            return nil
        }
    }
}

/// A line of standard input that can be given up.
enum TerminalLine {
    /// Nil at the end of input, or once `isStopped` says so.
    static func next(_ isStopped: () -> Bool) -> String? {
        var bytes: [UInt8] = []
        var watched = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while !isStopped() {
            guard poll(&watched, 1, 100) > 0 else { continue }
            var byte: UInt8 = 0
            guard read(STDIN_FILENO, &byte, 1) == 1 else { return nil }
            if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
            if bytes.count < 1_000 { bytes.append(byte) }
        }
        return nil
    }
}
