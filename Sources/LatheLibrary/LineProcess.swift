internal import Glibc
internal import LatheVocabulary

/// A trusted process that answers lines with lines over one socket, until that is closed. One caller at a time; blocks.
final class LineProcess {
    static let longestLine = 8 << 20

    private let process: pid_t
    private let socket: Int32
    private var received: [UInt8] = []

    init(_ words: [String]) throws(LibraryError) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw LibraryError(systemError: errno, doing: "make a pair of sockets")
        }
        let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
        let started = SpawnedProcess.spawn(words, descriptors: [ends[1], ends[1], nowhere])
        Glibc.close(ends[1])
        Glibc.close(nowhere)
        switch started {
        case .success(let process): (self.process, socket) = (process, ends[0])
        case .failure(let error):
            Glibc.close(ends[0])
            throw error
        }
    }

    /// Ends the process, whatever it does, and waits until it is gone.
    deinit {
        Glibc.close(socket)
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    /// Sends a line.
    func send(_ line: String) throws(LibraryError) {
        let bytes = Array((line + "\n").utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    socket, buffer.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LibraryError(.readerFailed, "it ended") }
            sent += count
        }
    }

    /// The next line, waited for no longer than `seconds`.
    func line(within seconds: Double) throws(LibraryError) -> [UInt8] {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        var searched = 0
        while true {
            if let end = received[searched...].firstIndex(of: 0x0A) {
                let line = Array(received[..<end])
                received.removeSubrange(...end)
                return line
            }
            searched = received.count
            guard searched < Self.longestLine else { throw LibraryError(.readerFailed, "its answer is too long") }
            let left = (deadline - clock.now) / .milliseconds(1)
            guard left > 0 else { throw LibraryError(.readerFailed, "it took longer than \(Int(seconds)) s") }
            try receive(within: left)
        }
    }

    private func receive(within milliseconds: Double) throws(LibraryError) {
        var poll = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, Int32(min(milliseconds.rounded(.up), 1e9))) > 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket, &buffer, buffer.count, 0)
        if count < 0, errno == EINTR { return }
        guard count > 0 else { throw LibraryError(.readerFailed, "it ended") }
        received += buffer[..<count]
    }
}
