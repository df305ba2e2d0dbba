/// Cuts a stream of bytes and descriptors into frames. After an error the stream is lost: close it.
///
/// Descriptors arrive with the first byte of their frame, so at any moment at most one unfinished frame has some waiting.
package struct FrameDecoder: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0
    private var waiting: [OwnedDescriptor] = []

    package init() {}

    /// Whether a frame has begun and not ended.
    package var isMidFrame: Bool { start < bytes.count || !waiting.isEmpty }

    package mutating func append(_ chunk: UnsafeRawBufferPointer, descriptors: [OwnedDescriptor] = []) {
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
            start = 0
        } else if start > 1 << 20 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: chunk)
        waiting.append(contentsOf: descriptors)
    }

    /// The next whole frame, or nil until more bytes come.
    package mutating func next() throws(WireError) -> Frame? {
        let available = bytes.count - start
        guard available >= FrameHeader.size else {
            guard available > 0 || waiting.isEmpty, waiting.count <= FrameHeader.maximumDescriptors else {
                throw WireError(.strayDescriptors, "descriptors came without a frame")
            }
            return nil
        }
        let header = try FrameHeader(decoding: bytes[start..<start + FrameHeader.size])
        guard waiting.count >= header.descriptorCount else {
            throw WireError(
                .missingDescriptors,
                "a frame announces \(header.descriptorCount) descriptors and brought \(waiting.count)")
        }
        let end = start + FrameHeader.size + header.payloadLength
        guard bytes.count >= end else {
            guard waiting.count == header.descriptorCount else {
                throw WireError(.strayDescriptors, "descriptors came in the middle of a frame")
            }
            return nil
        }
        let payload = Array(bytes[start + FrameHeader.size..<end])
        let descriptors = Array(waiting.prefix(header.descriptorCount))
        waiting.removeFirst(header.descriptorCount)
        start = end
        return Frame(header.kind, call: header.call, payload: payload, descriptors: descriptors)
    }
}
