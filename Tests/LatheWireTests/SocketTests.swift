import Foundation
import LatheWire
import Testing

@Suite struct SocketTests {
    private func pair() throws -> (OwnedDescriptor, OwnedDescriptor) {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return (OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1]))
    }

    private func drain(_ connection: inout FrameConnection) throws -> [Frame] {
        var frames: [Frame] = []
        while case .frame(let frame) = try connection.next() { frames.append(frame) }
        return frames
    }

    @Test func `descriptors arrive with the frame they were sent with`() throws {
        let (left, right) = try pair()
        var sender = FrameConnection(socket: left)
        var receiver = FrameConnection(socket: right)
        var contents: [OwnedDescriptor] = []
        for text in ["one", "two", "three"] {
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            _ = write(ends[1], text, text.utf8.count)
            close(ends[1])
            contents.append(OwnedDescriptor(ends[0]))
        }
        try sender.send(Frame(.artifact, text: "{}"))
        try sender.send(Frame(.artifact, call: 1, text: "{}", descriptors: [contents[0], contents[1]]))
        try sender.send(Frame(.artifact, call: 2, text: "{}"))
        try sender.send(Frame(.artifact, call: 3, text: "{}", descriptors: [contents[2]]))
        let frames = try drain(&receiver)
        let texts = frames.map { frame in
            frame.descriptors.map { descriptor in
                var buffer = [UInt8](repeating: 0, count: 16)
                return String(decoding: buffer[..<max(read(descriptor.raw, &buffer, 16), 0)], as: UTF8.self)
            }
        }
        #expect(texts == [[], ["one", "two"], [], ["three"]])
        #expect(frames.flatMap(\.descriptors).allSatisfy { fcntl($0.raw, F_GETFD) & FD_CLOEXEC != 0 })
    }

    @Test func `a full socket keeps frames until it takes them, none lost and none twice`() throws {
        let (left, right) = try pair()
        var sender = FrameConnection(socket: left)
        var receiver = FrameConnection(socket: right)
        let payload = [UInt8](repeating: 7, count: 3 << 20)
        for call in 0..<4 { try sender.send(Frame(.reply, call: UInt64(call), payload: payload)) }
        #expect(sender.hasOutgoing)
        var calls: [UInt64] = []
        while sender.hasOutgoing || calls.count < 4 {
            for frame in try drain(&receiver) {
                #expect(frame.payload == payload)
                calls.append(frame.call)
            }
            try sender.flush()
        }
        #expect(calls == [0, 1, 2, 3])
    }

    @Test func `the end between two frames is an end, and inside a frame an error`() throws {
        let (left, right) = try pair()
        var receiver = FrameConnection(socket: right)
        var sender = FrameConnection(socket: left)
        try sender.send(Frame(.run, text: "{}"))
        _ = [UInt8](repeating: 17, count: 5).withUnsafeBytes { write(left.raw, $0.baseAddress, 5) }
        left.close()
        guard case .frame = try receiver.next() else { throw WireError(.truncated, "no frame") }
        let error = #expect(throws: WireError.self) { _ = try receiver.next() }
        #expect(error?.code == .truncated)
    }

    @Test func `a waiting reader gets what a sender that waits sends, of any size`() async throws {
        let (left, right) = try pair()
        let payload = [UInt8](repeating: 1, count: 5 << 20)
        let sending = Task.detached {
            payload.withUnsafeBytes { bytes in
                try? FrameSocket.send(.finished, call: 9, payload: bytes, borrowing: [], on: left.raw)
            }
            left.close()
        }
        var socket = FrameSocket(descriptor: right.raw)
        let frame = try #require(try socket.receive())
        #expect(frame.payload == payload && frame.call == 9 && frame.kind == .finished)
        #expect(try socket.receive() == nil)
        await sending.value
    }
}
