import Foundation
import Synchronization

/// Keys of a terminal as they are pressed. For one reader at a time.
package final class TerminalKeys: Sendable {
    /// What Ctrl-C is while keys are read.
    package enum ControlC: Sendable { case signal, key }

    package enum Arrival: Sendable, Hashable {
        case key(Key)
        /// The time is over.
        case nothing
        /// The end of the input.
        case ended
    }

    private struct State: Sendable {
        var decoder = KeyDecoder()
        /// Bytes that came with the last key.
        var ahead: [UInt8] = []
    }

    private let input: Int32
    private let state = Mutex(State())

    /// Nil where keys cannot be read one by one: without a terminal on both sides, or on one that can do nothing.
    package init?(environment: [String: String], input: Int32 = STDIN_FILENO, output: TerminalOutput = .standardOutput)
    {
        guard isatty(input) == 1, output.size() != nil, !["", "dumb"].contains(environment["TERM", default: ""]) else {
            return nil
        }
        self.input = input
    }

    /// Runs `body` while the terminal hands over each key and echoes nothing; after it, it is as it was. Nil where it cannot.
    package func during<T>(_ controlC: ControlC, _ body: () -> T) -> T? {
        guard let before = setRaw(controlC) else { return nil }
        defer { _ = withUnsafePointer(to: before) { tcsetattr(input, TCSADRAIN, $0) } }
        return body()
    }

    /// Forgets what was pressed before, which was meant for what was to be seen then.
    package func forget() {
        state.withLock { state in
            (state.decoder, state.ahead) = (KeyDecoder(), [])
            tcflush(input, TCIFLUSH)
        }
    }

    /// The next key; nil at the end of the input.
    package func next() -> Key? {
        while true {
            switch next(within: -1) {
            case .key(let key): return key
            case .nothing: continue
            case .ended: return nil
            }
        }
    }

    /// The next key within so many milliseconds; below 0, however long it takes.
    package func next(within milliseconds: Int32) -> Arrival {
        while true {
            let (ahead, isWithin) = state.withLock { state -> (UInt8?, Bool) in
                (state.ahead.isEmpty ? nil : state.ahead.removeFirst(), state.decoder.isWithin)
            }
            if let ahead {
                if let key = state.withLock({ $0.decoder.take(ahead) }) { return .key(key) }
                continue
            }
            // What may be the beginning of a sequence is a key by itself where nothing follows.
            var look = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
            guard poll(&look, 1, isWithin ? 50 : milliseconds) != 0 else {
                guard isWithin else { return .nothing }
                if let key = state.withLock({ $0.decoder.pause() }) { return .key(key) }
                continue
            }
            guard fill() else { return .ended }
        }
    }

    /// Takes what is there; false at the end of the input.
    private func fill() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(input, &bytes, bytes.count)
            if count > 0 {
                state.withLock { $0.ahead += bytes[..<count] }
                return true
            }
            guard count < 0, errno == EINTR || errno == EAGAIN else { return false }
            if errno == EAGAIN { usleep(10_000) }
        }
    }

    private func setRaw(_ controlC: ControlC) -> termios? {
        var before = termios()
        guard tcgetattr(input, &before) == 0 else { return nil }
        var raw = before
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
        if controlC == .key { raw.c_lflag &= ~tcflag_t(ISIG) }
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
