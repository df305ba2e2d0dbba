internal import LatheWire

/// A stream of frames cut anywhere gives the frames and the error that it gives in one piece.
///
/// The first byte says how the stream is cut, the second how many descriptors come with it.
enum FrameFuzz {
    struct Outcome: Equatable {
        /// Every frame as it would be sent again.
        var frames: [[UInt8]] = []
        var error: WireError.Code?
        var isMidFrame = false
    }

    static func run(_ input: [UInt8]) {
        guard input.count > 2 else { return }
        let stream = Array(input.dropFirst(2))
        let descriptors = Int(input[1])
        let whole = decoded(stream, descriptors: descriptors, piece: stream.count)
        let pieces = decoded(stream, descriptors: descriptors, piece: Int(input[0] % 64) + 1)
        // In pieces, a descriptor too many may be noticed before the frame that would have used it.
        if descriptors == 0 { demand(whole == pieces, "cut, a stream gives something else") }
        let sent = whole.frames.flatMap(\.self)
        demand(stream.starts(with: sent), "frames do not give the bytes that they were made from")
    }

    private static func decoded(_ stream: [UInt8], descriptors: Int, piece: Int) -> Outcome {
        var outcome = Outcome()
        var decoder = FrameDecoder()
        var offset = 0
        do throws(WireError) {
            while offset < stream.count {
                let end = min(offset + piece, stream.count)
                // -1 stands for a descriptor: nothing is closed.
                let owned = offset == 0 ? (0..<descriptors).map { _ in OwnedDescriptor(-1) } : []
                stream[offset..<end].withUnsafeBytes { decoder.append($0, descriptors: owned) }
                offset = end
                while let frame = try decoder.next() { outcome.frames.append(try frame.encoded()) }
            }
            outcome.isMidFrame = decoder.isMidFrame
        } catch {
            outcome.error = error.code
        }
        return outcome
    }
}
