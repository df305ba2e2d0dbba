internal import CSandbox
internal import Foundation
internal import Glibc
internal import LatheVocabulary
internal import Synchronization

/// Takes requests of the session's owner through the control socket, as long as the run lasts.
///
/// One thread waits for connections, each has one of its own; none belongs to the engine, which is only asked.
final class ControlServer: Sendable {
    typealias Handler = @Sendable (ControlRequest, _ user: Int, _ process: Int) async -> ControlAnswer

    private static let (mostConnections, patience) = (16, 60)

    private let folder: String
    private let listener: Int32
    /// What ends the waiting thread: its reading and its writing end.
    private let wake: (read: Int32, write: Int32)
    private let handler: Handler
    private let connections = Mutex(0)
    private let isClosed = Mutex(false)
    private let attendance: @Sendable (_ change: Int) -> Void
    static let attending = JSONValue.object(["do": "attend"]).text

    /// Makes the socket in a session's folder, which this process has locked: what lies there is of a run that ended. The reason
    /// where it cannot be made.
    ///
    /// `attendance` hears +1 from each connection that says it shows questions to a person, and -1 when it ends.
    static func open(
        in folder: String, attendance: @escaping @Sendable (_ change: Int) -> Void, _ handler: @escaping Handler
    ) -> Result<ControlServer, ControlRefusal> {
        var status = stat()
        let path = folder + "/" + ControlSocket.name
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else {
                return .failure(ControlRefusal("failed", "\(path) is no socket; move it away"))
            }
            unlink(path)
        }
        let listener = ControlSocket.make()
        // The mode is that of the descriptor when it is bound: nobody else can connect at any moment.
        let isListening =
            listener >= 0 && fchmod(listener, 0o600) == 0
            && ControlSocket.withAddress(in: folder) { bind(listener, $0, $1) == 0 } && listen(listener, 8) == 0
        var ends: [Int32] = [-1, -1]
        guard isListening, lathe_socket_pair(&ends) == 0 else {
            let reason = String(cString: strerror(errno))
            if listener >= 0 { Glibc.close(listener) }
            return .failure(ControlRefusal("failed", "\(path) cannot be made: \(reason)"))
        }
        let server = ControlServer(folder, listener, (ends[0], ends[1]), attendance, handler)
        Thread.detachNewThread { server.accept() }
        return .success(server)
    }

    private init(
        _ folder: String, _ listener: Int32, _ wake: (read: Int32, write: Int32),
        _ attendance: @escaping @Sendable (Int) -> Void, _ handler: @escaping Handler
    ) {
        (self.folder, self.listener, self.wake, self.handler) = (folder, listener, wake, handler)
        self.attendance = attendance
    }

    /// Takes no more requests, and removes the socket.
    func close() {
        let isFirst = isClosed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        guard isFirst else { return }
        unlink(folder + "/" + ControlSocket.name)
        Glibc.close(wake.write)
    }

    private func accept() {
        defer {
            Glibc.close(listener)
            Glibc.close(wake.read)
        }
        while true {
            var watched = [
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&watched, 2, -1) > 0 || errno == EINTR else { return }
            if watched[1].revents != 0 { return }
            guard watched[0].revents != 0 else { continue }
            let connection = lathe_accept(listener)
            guard connection >= 0 else { continue }
            admit(connection)
        }
    }

    /// Only the session's owner, and so many at a time.
    private func admit(_ connection: Int32) {
        let peer = ControlSocket.peer(of: connection)
        let isFree = connections.withLock { count in
            guard count < Self.mostConnections else { return false }
            count += 1
            return true
        }
        guard isFree else {
            Glibc.close(connection)
            return
        }
        guard let peer, peer.user == geteuid() else {
            leave(connection)
            return
        }
        ControlSocket.setPatience(Self.patience, of: connection)
        Thread.detachNewThread { [self] in
            serve(connection, user: Int(peer.user), process: Int(peer.process))
            leave(connection)
        }
    }

    private func leave(_ connection: Int32) {
        Glibc.close(connection)
        connections.withLock { $0 -= 1 }
    }

    private func serve(_ connection: Int32, user: Int, process: Int) {
        var held: [UInt8] = []
        var isAttending = false
        defer { if isAttending { attendance(-1) } }
        while let line = ControlSocket.line(from: connection, &held, limit: ControlRequest.longestLine) {
            if line == Array(Self.attending.utf8) {
                if !isAttending { attendance(1) }
                isAttending = true
                // As long as somebody looks on.
                ControlSocket.setPatience(0, of: connection)
                guard ControlSocket.send(ControlAnswer.done("questions wait for you").line, to: connection) else {
                    return
                }
                continue
            }
            let answer: ControlAnswer
            do throws(ControlRefusal) {
                answer = reply(to: try ControlRequest(line: line), user, process)
            } catch {
                answer = .refused(error)
            }
            guard ControlSocket.send(answer.line, to: connection) else { return }
        }
    }

    /// Waits on this thread, which is nobody else's, for what the engine says.
    private func reply(to request: ControlRequest, _ user: Int, _ process: Int) -> ControlAnswer {
        guard !isClosed.withLock({ $0 }) else { return .refused(ControlRefusal("gone", "the run is ending")) }
        let answer = Mutex(ControlAnswer.refused(ControlRefusal("gone", "the run has ended")))
        let done = DispatchSemaphore(value: 0)
        Task { [handler] in
            let said = await handler(request, user, process)
            answer.withLock { $0 = said }
            done.signal()
        }
        done.wait()
        return answer.withLock { $0 }
    }
}
