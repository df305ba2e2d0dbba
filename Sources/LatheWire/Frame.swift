/// One message between lathe, the template and a kernel.
package struct Frame: Sendable {
    package var kind: FrameKind
    /// Ties an answer to its call; 0 where there is none.
    package var call: UInt64
    /// One JSON object in UTF-8, not yet parsed.
    package var payload: [UInt8]
    /// Ride along in the order in which the payload's indices count them. Closed with the last reference.
    package var descriptors: [OwnedDescriptor]

    package init(_ kind: FrameKind, call: UInt64 = 0, payload: [UInt8], descriptors: [OwnedDescriptor] = []) {
        self.kind = kind
        self.call = call
        self.payload = payload
        self.descriptors = descriptors
    }

    package init(_ kind: FrameKind, call: UInt64 = 0, text: String, descriptors: [OwnedDescriptor] = []) {
        self.init(kind, call: call, payload: Array(text.utf8), descriptors: descriptors)
    }

    /// The header and payload as they travel; refused where a limit of the protocol is passed.
    package func encoded() throws(WireError) -> [UInt8] {
        guard payload.count <= FrameHeader.maximumPayload else {
            throw WireError(.oversized, "a payload of \(payload.count) bytes; larger data travels in memory files")
        }
        guard descriptors.count <= FrameHeader.maximumDescriptors else {
            throw WireError(.tooManyDescriptors, "\(descriptors.count) descriptors on one frame")
        }
        let header = FrameHeader(
            payloadLength: payload.count, kind: kind, descriptorCount: descriptors.count, call: call)
        return header.bytes + payload
    }
}
