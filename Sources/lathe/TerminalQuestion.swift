internal import Foundation
internal import LatheScreens

/// How the user is asked something on the terminal while a run is up. Blocks: to be called inside of `EventFeed.aside`.
enum TerminalQuestion {
    private static let longest = 4_096

    /// Shows what is asked about. What was typed before that is there is no answer to it, and is dropped.
    static func show(_ about: String) {
        TerminalOutput.standardError.write(about)
        tcflush(STDIN_FILENO, TCIFLUSH)
    }

    /// Asks until `read` takes an answer, saying `hint` after what it does not take; nil at the end of input, or once `isStopped`. The
    /// prompt is made anew each time.
    static func answer<Answer>(
        _ prompt: @autoclosure () -> String, hint: String, _ isStopped: () -> Bool, read: (String) -> Answer?
    ) -> Answer? {
        while !isStopped() {
            TerminalOutput.standardError.write(prompt())
            guard let line = Self.line(isStopped) else { return nil }
            if let answer = read(line.trimmingCharacters(in: .whitespaces).lowercased()) { return answer }
            TerminalOutput.standardError.write(hint + "\n")
        }
        return nil
    }

    /// A line of standard input; nil at its end, or once `isStopped` says so.
    static func line(_ isStopped: () -> Bool) -> String? {
        var bytes: [UInt8] = []
        var watched = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while !isStopped() {
            guard poll(&watched, 1, 100) > 0 else { continue }
            var byte: UInt8 = 0
            guard read(STDIN_FILENO, &byte, 1) == 1 else { return nil }
            if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
            // A terminal gives no longer lines.
            if bytes.count < longest { bytes.append(byte) }
        }
        return nil
    }
}
