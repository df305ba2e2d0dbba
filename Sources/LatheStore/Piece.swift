internal import Glibc

/// A stretch of a part on its way to disk; its memory is used for one after the other.
///
/// Safe because one thread has it at a time: whoever hands it on keeps none.
final class Piece: @unchecked Sendable {
    /// All pieces of a part but the last have so many bytes.
    static let capacity = 8 << 20

    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Piece.capacity, alignment: 4096)
    private var count = 0

    deinit { memory.deallocate() }

    var isFull: Bool { count == memory.count }
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    /// Takes as many bytes as there is room for, and returns how many.
    func fill(from bytes: UnsafeRawBufferPointer) -> Int {
        let taken = min(bytes.count, memory.count - count)
        UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + taken])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
        count += taken
        return taken
    }

    func empty() { count = 0 }

    /// What the system said where the file did not take all.
    func write(to file: Int32, at offset: Int) -> Int32? {
        var rest = bytes
        while !rest.isEmpty {
            let done = pwrite(file, rest.baseAddress, rest.count, off_t(offset + bytes.count - rest.count))
            if done < 0, errno == EINTR { continue }
            guard done > 0 else { return done < 0 ? errno : EIO }
            rest = UnsafeRawBufferPointer(rebasing: rest[done...])
        }
        return nil
    }

    /// 32 bytes; nil where libcrypto has no SHA-256.
    var digest: [UInt8]? { SHA256Stream.digest(of: bytes) }
}
