internal import CSandbox
internal import Glibc
internal import LatheWire

/// Bytes and descriptors from a hostile end reach lathe's end and a kernel's end; none is lost sight of.
///
/// The first byte says how many descriptors ride along, the second in how many messages.
enum SocketFuzz {
    static func run(_ input: [UInt8]) {
        guard input.count > 2, input.count < 1 << 16 else { return }
        let before = openDescriptors()
        let fromHost = received(input, by: host)
        let fromKernel = received(input, by: kernel)
        // Descriptors in the middle of a frame, which no honest end sends, are refused by both: sooner where less is read at once.
        let isHonest = input[0] % 8 == 0
        demand(
            isHonest ? fromHost == fromKernel : fromHost.begins(fromKernel) || fromKernel.begins(fromHost),
            "the two ends read the same stream differently: \(fromHost), \(fromKernel)")
        demand(openDescriptors() == before, "descriptors stayed open")
    }

    private struct Outcome: Equatable {
        var frames: [[UInt8]] = []
        var descriptors: [Int] = []
        var error: WireError.Code?

        func begins(_ other: Outcome) -> Bool { other.frames.starts(with: frames) }

        mutating func take(_ frame: Frame) throws(WireError) {
            frames.append(try frame.encoded())
            descriptors.append(frame.descriptors.count)
            demand(frame.descriptors.allSatisfy { $0.raw >= 0 }, "a descriptor that is none")
        }
    }

    private static func received(_ input: [UInt8], by end: (OwnedDescriptor) -> Outcome) -> Outcome {
        var ends: [Int32] = [-1, -1]
        guard lathe_socket_pair(&ends) == 0 else { return Outcome() }
        let (ours, theirs) = (OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1]))
        send(input, on: theirs.raw)
        theirs.close()
        return end(ours)
    }

    /// Sends everything that the socket takes; the rest is as if the other end had died.
    private static func send(_ input: [UInt8], on socket: Int32) {
        let bytes = Array(input.dropFirst(2))
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(null) }
        let numbers = [Int32](repeating: null, count: Int(input[0] % 8))
        let pieces = Int(input[1] % 4) + 1
        let size = max(bytes.count / pieces, 1)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            guard lathe_send(socket, piece, piece.count, numbers, numbers.count, false) == piece.count else { return }
        }
    }

    private static func host(_ socket: OwnedDescriptor) -> Outcome {
        var outcome = Outcome()
        var connection = FrameConnection(socket: socket, bufferSize: 512)
        do throws(WireError) {
            while case .frame(let frame) = try connection.next() { try outcome.take(frame) }
        } catch {
            outcome.error = error.code
        }
        return outcome
    }

    private static func kernel(_ socket: OwnedDescriptor) -> Outcome {
        var outcome = Outcome()
        var frames = FrameSocket(descriptor: socket.raw)
        do throws(WireError) {
            while let frame = try frames.receive() { try outcome.take(frame) }
        } catch {
            outcome.error = error.code
        }
        socket.close()
        return outcome
    }

    private static func openDescriptors() -> Int {
        (0..<256).count { fcntl(Int32($0), F_GETFD) >= 0 }
    }
}
