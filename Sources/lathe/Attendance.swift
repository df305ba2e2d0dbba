internal import Glibc

/// Says to a session's run that somebody looks on who can answer questions, from when its control socket is open. Of one thread.
final class Attendance {
    private let session: String
    private let folder: String
    private var connection: Int32?

    init(session: String, folder: String) {
        self.session = session
        self.folder = folder
    }

    /// Connects where that is not so: the run may just have begun, have had no place for another connection, or have been followed by
    /// the next one.
    func keep() {
        if let connection, Self.hasEnded(connection) { end() }
        connection = connection ?? ControlClient.attend(session: session, folder: folder)
    }

    /// Nobody looks on any more.
    func end() {
        if let connection { close(connection) }
        connection = nil
    }

    /// Whether the run has let go of a connection. What it says on it is read, and tells nothing else.
    private static func hasEnded(_ connection: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 256)
        while true {
            let count = recv(connection, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN && errno != EINTR }
        }
    }
}
