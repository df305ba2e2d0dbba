internal import CPython
private import Glibc
private import LatheWire
private import Synchronization

// The two ends of the channel that Python code reaches as `_lathe_channel`. Two locks, so that a thread that waits for a
// frame never keeps another from sending one. Both are free at every fork: the template has one thread.
private let receiver = Mutex<FrameSocket?>(nil)
private let sender = Mutex<Int32>(-1)

/// Lets `_lathe_channel` speak on `descriptor`; until then it is at its end.
func openChannel(on descriptor: Int32) {
    receiver.withLock { $0 = FrameSocket(descriptor: descriptor) }
    sender.withLock { $0 = descriptor }
}

/// The channel's place in every kernel; 0, 1 and 2 are its standard streams.
let channelDescriptor: Int32 = 3

/// Goes on with another channel at the same place: this process is a copy of a kernel.
func reopenChannel() { openChannel(on: channelDescriptor) }

func receiveFrame(into frame: UnsafeMutablePointer<lathe_channel_frame>?) -> Int32 {
    guard let frame else { return -EINVAL }
    return receiver.withLock { socket in
        guard socket != nil else { return Int32(LATHE_CHANNEL_END) }
        do throws(WireError) {
            guard let received = try socket?.receive() else { return Int32(LATHE_CHANNEL_END) }
            return fill(frame, with: received)
        } catch {
            return status(of: error)
        }
    }
}

func frameWaits() -> Bool {
    receiver.withLock { $0?.hasMore ?? false }
}

func sendFrame(
    kind: UInt8, call: UInt64, payload: UnsafePointer<UInt8>?, length: Int, descriptors: UnsafePointer<Int32>?,
    descriptorCount: Int
) -> Int32 {
    guard let kind = FrameKind(rawValue: kind) else { return Int32(LATHE_CHANNEL_INVALID) }
    return sender.withLock { descriptor in
        guard descriptor >= 0 else { return Int32(LATHE_CHANNEL_END) }
        do throws(WireError) {
            try FrameSocket.send(
                kind, call: call, payload: UnsafeRawBufferPointer(start: payload, count: length),
                borrowing: Array(UnsafeBufferPointer(start: descriptors, count: descriptorCount)), on: descriptor)
            return Int32(LATHE_CHANNEL_OK)
        } catch {
            return status(of: error)
        }
    }
}

private func fill(_ frame: UnsafeMutablePointer<lathe_channel_frame>, with received: Frame) -> Int32 {
    let length = received.payload.count
    guard let copy = malloc(max(length, 1)) else { return -ENOMEM }
    received.payload.withUnsafeBytes { bytes in
        if let start = bytes.baseAddress { copy.copyMemory(from: start, byteCount: length) }
    }
    frame.pointee.kind = received.kind.rawValue
    frame.pointee.call = received.call
    frame.pointee.payload = copy.assumingMemoryBound(to: UInt8.self)
    frame.pointee.length = length
    frame.pointee.descriptor_count = received.descriptors.count
    withUnsafeMutableBytes(of: &frame.pointee.descriptors) { bytes in
        let numbers = bytes.assumingMemoryBound(to: Int32.self)
        for (index, descriptor) in received.descriptors.enumerated() { numbers[index] = descriptor.release() }
    }
    return Int32(LATHE_CHANNEL_OK)
}

private func status(of error: WireError) -> Int32 {
    switch error.code {
    case .interrupted: Int32(LATHE_CHANNEL_INTERRUPTED)
    case .system where error.underlying == EPIPE: Int32(LATHE_CHANNEL_END)
    case .system: -(error.underlying ?? EIO)
    case .truncated: Int32(LATHE_CHANNEL_END)
    default: Int32(LATHE_CHANNEL_INVALID)
    }
}
