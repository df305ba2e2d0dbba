private import CSandbox
private import Glibc

/// One end of a frame stream for a program that may wait: the kernel's side. The socket stays the caller's to close.
package struct FrameSocket: Sendable {
    package let descriptor: Int32
    private var decoder = FrameDecoder()
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// Waits for one whole frame; nil when the other end has closed between two frames.
    ///
    /// Throws `.interrupted` when a signal came first; what was read until then is kept for the next call.
    package mutating func receive() throws(WireError) -> Frame? {
        while true {
            if let frame = try decoder.next() { return frame }
            guard try fill() else {
                guard !decoder.isMidFrame else { throw WireError(.truncated, "the stream ended inside a frame") }
                return nil
            }
        }
    }

    /// Whether `receive` would find something.
    package var hasMore: Bool { decoder.isMidFrame || lathe_readable_within(descriptor, 0) }

    /// Sends a whole frame, waiting as long as it takes; signals do not stop it, for half a frame would end the stream.
    ///
    /// The payload is not copied unless it is small; the descriptors stay the caller's.
    package static func send(
        _ kind: FrameKind, call: UInt64, payload: UnsafeRawBufferPointer, borrowing descriptors: [Int32],
        on socket: Int32
    ) throws(WireError) {
        guard payload.count <= FrameHeader.maximumPayload, descriptors.count <= FrameHeader.maximumDescriptors else {
            throw WireError(.oversized, "\(payload.count) bytes and \(descriptors.count) descriptors on one frame")
        }
        let header = FrameHeader(
            payloadLength: payload.count, kind: kind, descriptorCount: descriptors.count, call: call)
        let together = payload.count <= 1 << 16
        let first = together ? header.bytes + payload : header.bytes
        var failure = first.withUnsafeBytes { write($0, descriptors, to: socket) }
        if failure == 0, !together { failure = write(payload, [], to: socket) }
        guard failure == 0 else { throw WireError(.system, "sending a frame failed", underlying: failure) }
    }

    /// Writes everything; returns 0 or the `errno` that stopped it.
    private static func write(_ bytes: UnsafeRawBufferPointer, _ descriptors: [Int32], to socket: Int32) -> Int32 {
        var sent = 0
        while sent < bytes.count {
            let numbers = sent == 0 ? descriptors : []
            let start = bytes.baseAddress?.advanced(by: sent)
            let count = lathe_send(socket, start, bytes.count - sent, numbers, numbers.count, true)
            if count >= 0 {
                sent += count
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    /// How long a reader that expects more soon looks before it sleeps, in microseconds: being woken takes longer than
    /// that, and a process that slept does its next work several times slower.
    private static let moment: UInt32 = 200
    private var attention = Attention()

    private mutating func fill() throws(WireError) -> Bool {
        _ = attention.looks(at: descriptor, for: Self.moment)
        let received = FrameSocket.read(descriptor, into: &buffer, waits: true)
        guard received.count >= 0 else {
            guard received.error != EINTR else {
                throw WireError(.interrupted, "a signal came while waiting for a frame")
            }
            guard received.error != ECONNRESET else { return false }
            throw WireError(.system, "receiving a frame failed", underlying: received.error)
        }
        guard received.count > 0 else { return false }
        buffer.withUnsafeBytes {
            decoder.append(UnsafeRawBufferPointer(rebasing: $0[..<received.count]), descriptors: received.descriptors)
        }
        return true
    }

    struct Received {
        var count: Int
        var error: Int32
        var descriptors: [OwnedDescriptor]
    }

    static func read(_ socket: Int32, into buffer: inout [UInt8], waits: Bool) -> Received {
        var count = 0
        let received = buffer.withUnsafeMutableBytes { bytes in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: Int(LATHE_MAXIMUM_DESCRIPTORS)) { numbers in
                let length = lathe_receive(socket, bytes.baseAddress, bytes.count, numbers.baseAddress, &count, waits)
                let error = errno
                return Received(
                    count: length, error: error, descriptors: (0..<count).map { OwnedDescriptor(numbers[$0]) })
            }
        }
        return received
    }
}
