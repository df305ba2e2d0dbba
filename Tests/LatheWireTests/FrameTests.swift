import Glibc
import LatheWire
import Testing

@Suite struct FrameTests {
    private func decoded(_ bytes: [UInt8], inPieces size: Int) throws -> [Frame] {
        var decoder = FrameDecoder()
        var frames: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { decoder.append($0) }
            while let frame = try decoder.next() { frames.append(frame) }
        }
        return frames
    }

    @Test func `a header is sixteen little-endian bytes`() throws {
        let frame = Frame(.call, call: 0x0102_0304_0506_0708, text: "{}")
        let expected: [UInt8] = [2, 0, 0, 0, 36, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1, 0x7B, 0x7D]
        #expect(try frame.encoded() == expected)
    }

    @Test(arguments: [1, 2, 3, 7, 16, 17, 1000])
    func `frames cut into pieces of any size come out whole and in order`(size: Int) throws {
        let texts = ["{}", "", String(repeating: "x", count: 3000), "{\"a\":1}"]
        let sent = texts.enumerated().map { Frame(.run, call: UInt64($0), text: $1) }
        let frames = try decoded(sent.flatMap { try $0.encoded() }, inPieces: size)
        #expect(frames.map(\.payload) == texts.map { Array($0.utf8) })
        #expect(frames.map(\.call) == [0, 1, 2, 3])
    }

    @Test(arguments: [
        ([0, 0, 0, 0, 99, 0, 0, 0], WireError.Code.unknownKind), ([0, 0, 0, 0, 0, 0, 0, 0], .unknownKind),
        ([1, 0, 0, 4, 17, 0, 0, 0], .oversized), ([255, 255, 255, 255, 17, 0, 0, 0], .oversized),
        ([0, 0, 0, 0, 17, 251, 0, 0], .tooManyDescriptors), ([0, 0, 0, 0, 17, 0, 1, 0], .malformedHeader),
        ([0, 0, 0, 0, 17, 3, 0, 0], .missingDescriptors),
    ])
    func `a header that the protocol does not allow is refused`(start: [UInt8], code: WireError.Code) {
        let error = #expect(throws: WireError.self) {
            try decoded(start + [UInt8](repeating: 0, count: 8), inPieces: 16)
        }
        #expect(error?.code == code)
    }

    @Test func `the largest payload is allowed and one byte more is not`() throws {
        let header = FrameHeader(payloadLength: 64 << 20, kind: .run, descriptorCount: 0, call: 0)
        #expect(try FrameHeader(decoding: header.bytes[...]) == header)
        let over = Frame(.run, payload: [UInt8](repeating: 0, count: (64 << 20) + 1))
        #expect(throws: WireError.self) { try over.encoded() }
    }

    @Test func `random bytes never make the decoder do more than refuse or wait`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<64).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            _ = try? decoded(bytes, inPieces: Int.random(in: 1...64, using: &generator))
        }
    }

    @Test func `descriptors without a frame are refused and closed`() throws {
        let (reader, writer) = try pipe()
        defer { close(writer) }
        let stray = OwnedDescriptor(reader)
        var decoder = FrameDecoder()
        [UInt8]().withUnsafeBytes { decoder.append($0, descriptors: [stray]) }
        #expect(throws: WireError.self) { try decoder.next() }
    }

    @Test func `a frame's descriptors are closed with it, unless they are taken over`() throws {
        let (reader, writer) = try pipe()
        do { _ = OwnedDescriptor(writer) }
        #expect(fcntl(writer, F_GETFD) == -1)
        let kept = OwnedDescriptor(reader).release()
        #expect(fcntl(kept, F_GETFD) >= 0)
        close(kept)
    }

    private func pipe() throws -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }
}
