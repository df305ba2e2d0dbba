import Foundation
import Glibc
import Synchronization

/// An HTTP server on loopback that does to each connection what was staged for it, in order; the last stage repeats.
final class StagedServer: Sendable {
    enum Stage: Sendable {
        case answer(status: Int, headers: [String: String] = [:], body: String)
        /// An answer on a connection that is kept, and dropped as soon as anything more is sent on it.
        case kept(body: String)
        /// The head of a stream and its beginning; then the connection breaks off.
        case half(String)
        /// Takes the request and says nothing.
        case hang
        /// The head of a stream and its beginning, then silence.
        case stall(String)
    }

    let base: URL
    private let listener: Int32
    private let stages: [Stage]
    private let bodies = Mutex<[String]>([])
    private let heads = Mutex<[String]>([])

    private let drops = Mutex(0)

    /// Connections that the client let go while the server held them.
    var dropped: Int { drops.withLock { $0 } }
    var requests: [String] { bodies.withLock { $0 } }
    var requestHeads: [String] { heads.withLock { $0 } }

    init(_ stages: [Stage]) throws {
        self.stages = stages
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard bound, let url = URL(string: "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/v1") else {
            throw CocoaError(.fileReadUnknown)
        }
        base = url
        let weak = Weak(server: self)
        Thread {
            Self.serve(descriptor) {
                weak.server?.next($0, $1) ?? .hang
            } dropped: {
                weak.server?.drops.withLock { $0 += 1 }
            }
        }.start()
    }

    /// Lets the thread go on without keeping the server alive.
    private struct Weak: Sendable {
        weak let server: StagedServer?
    }

    deinit {
        // Wakes the thread, which then closes: a number closed here could be another server's before it wakes.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func next(_ head: String, _ body: String) -> Stage {
        heads.withLock { $0.append(head) }
        return bodies.withLock { bodies in
            bodies.append(body)
            return stages[min(bodies.count, stages.count) - 1]
        }
    }

    private static func serve(
        _ listener: Int32,
        _ stage: @escaping @Sendable (String, String) -> Stage,
        dropped: @escaping @Sendable () -> Void
    ) {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return _ = close(listener) }
            Thread {
                guard let (head, body) = readRequest(connection) else { return _ = close(connection) }
                if perform(stage(head, body), on: connection) { dropped() }
                close(connection)
            }.start()
        }
    }

    private static func readRequest(_ connection: Int32) -> (String, String)? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let head = String(text[..<end.lowerBound])
                let length = head.lowercased().firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
                if text[end.upperBound...].utf8.count >= length { return (head, String(text[end.upperBound...])) }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    /// Does what was staged; true where it then waited until the client let go.
    private static func perform(_ stage: Stage, on connection: Int32) -> Bool {
        let stream = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n" }
        switch stage {
        case .answer(let status, let headers, let body):
            var head = "HTTP/1.1 \(status) Staged\r\ncontent-length: \(body.utf8.count)\r\nconnection: close\r\n"
            for (name, value) in headers { head += "\(name): \(value)\r\n" }
            write(head + "\r\n" + body, to: connection)
        case .kept(let body):
            write("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n" + body, to: connection)
            var byte: UInt8 = 0
            _ = recv(connection, &byte, 1, 0)
        case .half(let text): write(stream + chunk(text), to: connection)
        case .hang:
            waitForPeer(connection)
            return true
        case .stall(let text):
            write(stream + chunk(text), to: connection)
            waitForPeer(connection)
            return true
        }
        return false
    }

    private static func write(_ text: String, to connection: Int32) {
        let bytes = Array(text.utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private static func waitForPeer(_ connection: Int32) {
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
    }
}
