internal import CSandbox
internal import Foundation
internal import Glibc

/// The socket in a session's folder through which another terminal steps in: its address, and lines over it. Blocks.
///
/// The folder is named through a descriptor, since a socket's path may have 107 bytes and a project's may have more.
enum ControlSocket {
    static let name = "control"

    /// Calls `body` with the socket's address; false where the folder cannot be opened, with errno set.
    static func withAddress(
        in folder: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return false }
        defer { close(directory) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = "/proc/self/fd/\(directory)/\(name)"
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            for (index, byte) in path.utf8.enumerated() where index < bytes.count - 1 { bytes[index] = byte }
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    static func make() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    /// The user and the process at the other end, by the system's word; nil where that is not known.
    static func peer(of descriptor: Int32) -> (user: UInt32, process: Int32)? {
        var (user, process): (UInt32, Int32) = (0, 0)
        return lathe_peer(descriptor, &user, &process) == 0 ? (user, process) : nil
    }

    /// How long one reading or sending may take.
    static func setPatience(_ seconds: Int, of descriptor: Int32) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// Sends a line; false where nobody takes it.
    static func send(_ line: String, to descriptor: Int32) -> Bool {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// The next line of what `held` and the socket bring; nil at the end, after the time, or where it is longer than `limit`.
    static func line(from descriptor: Int32, _ held: inout [UInt8], limit: Int) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            if let end = held.firstIndex(of: 0x0A) {
                let line = Array(held[..<end])
                held.removeSubrange(...end)
                return line
            }
            guard held.count <= limit else { return nil }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            held += buffer[..<count]
        }
    }
}
