import Foundation
import Synchronization

/// How many columns and rows a terminal has.
package struct TerminalSize: Sendable, Hashable {
    package var columns: Int
    package var rows: Int

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }
}

/// Where screens write: a terminal, a pipe, or a test's buffer.
package struct TerminalOutput: Sendable {
    package var write: @Sendable (String) -> Void
    /// The size as it is now; nil where this is no terminal.
    package var size: @Sendable () -> TerminalSize?

    package init(
        write: @escaping @Sendable (String) -> Void, size: @escaping @Sendable () -> TerminalSize? = { nil }
    ) {
        self.write = write
        self.size = size
    }

    package static let standardOutput = TerminalOutput(descriptor: STDOUT_FILENO)
    package static let standardError = TerminalOutput(descriptor: STDERR_FILENO)

    /// Writes to a descriptor that stays open. Once its reader is gone, what follows is dropped: the run itself goes on,
    /// and its journal keeps everything. SIGPIPE is the caller's to ignore.
    package init(descriptor: Int32) {
        let sink = DescriptorSink()
        self.init(
            write: { text in sink.write(text, to: descriptor) },
            size: {
                guard isatty(descriptor) == 1 else { return nil }
                var window = winsize()
                guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
                    return TerminalSize(columns: 80, rows: 24)
                }
                return TerminalSize(columns: Int(window.ws_col), rows: Int(window.ws_row))
            })
    }
}

/// Writes until the reader is gone.
private final class DescriptorSink: Sendable {
    private let isOpen = Atomic(true)

    /// Writes all of it, waiting where the descriptor does not block.
    func write(_ text: String, to descriptor: Int32) {
        guard isOpen.load(ordering: .relaxed) else { return }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, 1000)
            } else if errno != EINTR {
                isOpen.store(false, ordering: .relaxed)
                return
            }
        }
    }
}
