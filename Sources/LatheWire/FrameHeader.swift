/// The 16 bytes before every payload, little-endian.
package struct FrameHeader: Sendable, Hashable {
    package static let size = 16
    package static let maximumPayload = 64 << 20
    package static let maximumDescriptors = 250

    package var payloadLength: Int
    package var kind: FrameKind
    package var descriptorCount: Int
    package var call: UInt64

    package init(payloadLength: Int, kind: FrameKind, descriptorCount: Int, call: UInt64) {
        self.payloadLength = payloadLength
        self.kind = kind
        self.descriptorCount = descriptorCount
        self.call = call
    }

    /// Reads a header from the first 16 of `bytes`, refusing what the protocol does not allow.
    package init(decoding bytes: ArraySlice<UInt8>) throws(WireError) {
        guard bytes.count >= Self.size else {
            throw WireError(.truncated, "a frame's header has \(Self.size) bytes, not \(bytes.count)")
        }
        let start = bytes.startIndex
        payloadLength = Int(Self.integer(bytes[start..<start + 4]))
        guard payloadLength <= Self.maximumPayload else {
            throw WireError(.oversized, "a frame announces \(payloadLength) bytes; the limit is \(Self.maximumPayload)")
        }
        guard let kind = FrameKind(rawValue: bytes[start + 4]) else {
            throw WireError(.unknownKind, "a frame of the unknown kind \(bytes[start + 4])")
        }
        self.kind = kind
        descriptorCount = Int(bytes[start + 5])
        guard descriptorCount <= Self.maximumDescriptors else {
            throw WireError(.tooManyDescriptors, "a frame announces \(descriptorCount) descriptors")
        }
        guard bytes[start + 6] == 0, bytes[start + 7] == 0 else {
            throw WireError(.malformedHeader, "the reserved bytes of a frame's header are not zero")
        }
        call = Self.integer(bytes[start + 8..<start + 16])
    }

    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.size)
        for shift in 0..<4 { out.append(UInt8(truncatingIfNeeded: payloadLength >> (8 * shift))) }
        out.append(kind.rawValue)
        out.append(UInt8(descriptorCount))
        out.append(contentsOf: [0, 0])
        for shift in 0..<8 { out.append(UInt8(truncatingIfNeeded: call >> (8 * UInt64(shift)))) }
        return out
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
