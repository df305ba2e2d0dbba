internal import Foundation
internal import Glibc
internal import LatheScreens
internal import LatheVocabulary

/// Asks a run in another process for something, through its session's control socket. Blocks.
enum ControlClient {
    private static let patience = 30

    /// What is said, and how a cell ended where one was to run.
    static func ask(
        _ request: ControlRequest, session: String, folder: String
    ) throws(CommandFailure) -> (said: String, cell: CellStatus?) {
        let connection = try connect(session, folder)
        defer { Glibc.close(connection) }
        // A cell waits for a boundary between turns, a plan's change for one between steps.
        ControlSocket.setPatience([.cell, .plan].contains(request.action) ? 0 : patience, of: connection)
        var held: [UInt8] = []
        guard ControlSocket.send(request.line, to: connection),
            let line = ControlSocket.line(from: connection, &held, limit: ControlRequest.longestLine * 2),
            let answer = ControlAnswer(line: line)
        else {
            throw CommandFailure(
                "the lathe that has session \(session) open ended before it answered; lathe watch \(session) shows whether it was done"
            )
        }
        switch answer {
        case .done(let said): return (said, nil)
        case .ran(let said, let status): return (said, status)
        case .refused(let refusal):
            throw CommandFailure(refusal.reason, exitCode: refusal.code == "invalid" ? 2 : ExitCode.refused.rawValue)
        }
    }

    /// Says to a run that somebody looks on who can answer questions, for as long as the descriptor that is returned stays open.
    /// Nil where the run takes nobody.
    static func attend(session: String, folder: String) -> Int32? {
        guard let connection = try? connect(session, folder) else { return nil }
        guard ControlSocket.send(ControlServer.attending, to: connection) else {
            Glibc.close(connection)
            return nil
        }
        return connection
    }

    private static func connect(_ session: String, _ folder: String) throws(CommandFailure) -> Int32 {
        let connection = ControlSocket.make()
        guard connection >= 0, ControlSocket.withAddress(in: folder, { Glibc.connect(connection, $0, $1) == 0 }) else {
            let code = errno
            if connection >= 0 { Glibc.close(connection) }
            guard [ENOENT, ECONNREFUSED, ENOTSOCK].contains(code) else {
                throw CommandFailure("session \(session) cannot be reached: \(String(cString: strerror(code)))")
            }
            throw CommandFailure(
                "no lathe has session \(session) open, so there is nothing to step into; go on with it: lathe ask --session \(session) \"…\""
            )
        }
        guard ControlSocket.peer(of: connection)?.user == geteuid() else {
            Glibc.close(connection)
            throw CommandFailure("session \(session) is open by another user")
        }
        return connection
    }
}
