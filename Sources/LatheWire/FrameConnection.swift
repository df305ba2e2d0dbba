private import CSandbox
private import Glibc

/// One end of a frame stream for a program that never waits: lathe's side, driven by an event loop.
///
/// Owns its socket, which must not be used elsewhere. Not shared between threads.
package struct FrameConnection {
    package enum Arrival {
        case frame(Frame)
        /// Nothing more at the moment.
        case empty
        /// The other end has closed between two frames.
        case end
    }

    package let socket: OwnedDescriptor
    private var decoder = FrameDecoder()
    private var buffer: [UInt8]
    private var outgoing: [Outgoing] = []

    private struct Outgoing {
        var bytes: [UInt8]
        var sent = 0
        var descriptors: [OwnedDescriptor]
    }

    package init(socket: OwnedDescriptor, bufferSize: Int = 1 << 16) {
        self.socket = socket
        buffer = [UInt8](repeating: 0, count: bufferSize)
    }

    /// Whether frames wait for the socket to take them: then watch it for writing.
    package var hasOutgoing: Bool { !outgoing.isEmpty }

    /// The next frame that has arrived.
    package mutating func next() throws(WireError) -> Arrival {
        while true {
            if let frame = try decoder.next() { return .frame(frame) }
            let received = FrameSocket.read(socket.raw, into: &buffer, waits: false)
            if received.count > 0 {
                buffer.withUnsafeBytes {
                    decoder.append(
                        UnsafeRawBufferPointer(rebasing: $0[..<received.count]), descriptors: received.descriptors)
                }
                continue
            }
            if received.count == 0 || received.error == ECONNRESET {
                guard !decoder.isMidFrame else { throw WireError(.truncated, "the stream ended inside a frame") }
                return .end
            }
            if received.error == EAGAIN || received.error == EWOULDBLOCK { return .empty }
            if received.error != EINTR {
                throw WireError(.system, "receiving a frame failed", underlying: received.error)
            }
        }
    }

    /// Sends a frame now as far as the socket takes it, and keeps the rest for `flush`.
    package mutating func send(_ frame: Frame) throws(WireError) {
        outgoing.append(Outgoing(bytes: try frame.encoded(), descriptors: frame.descriptors))
        try flush()
    }

    /// Goes on sending; call when the socket can be written to.
    package mutating func flush() throws(WireError) {
        while let first = outgoing.first {
            let numbers = first.sent == 0 ? first.descriptors.map(\.raw) : []
            let count = first.bytes.withUnsafeBytes {
                lathe_send(
                    socket.raw, $0.baseAddress?.advanced(by: first.sent), $0.count - first.sent, numbers, numbers.count,
                    false)
            }
            if count >= 0 {
                outgoing[0].sent += count
                if outgoing[0].sent > 0 { outgoing[0].descriptors = [] }
                if outgoing[0].sent == outgoing[0].bytes.count { outgoing.removeFirst() }
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                return
            } else if errno != EINTR {
                throw WireError(.system, "sending a frame failed", underlying: errno)
            }
        }
    }
}
