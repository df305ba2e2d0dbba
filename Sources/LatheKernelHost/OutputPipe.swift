private import CSandbox
private import Glibc
internal import LatheVocabulary
internal import LatheWire

/// The reading end of a kernel's standard output or error.
struct OutputPipe {
    let stream: OutputStream
    private var reader: OwnedDescriptor

    init(stream: OutputStream, reader: OwnedDescriptor) {
        self.stream = stream
        self.reader = reader
    }

    /// -1 once nobody can write to it any more.
    var descriptor: Int32 { reader.raw }

    /// Reads what is there, at most `limit` bytes: a process that never stops writing must not hold up the others.
    /// Returns how many bytes came.
    @discardableResult
    mutating func read(limit: Int, into buffer: inout [UInt8], _ take: (UnsafeRawBufferPointer) -> Void) -> Int {
        var total = 0
        while total < limit, reader.raw >= 0 {
            let count = Glibc.read(reader.raw, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count == 0 { reader.close() }
            guard count > 0 else { return total }
            total += count
            buffer.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return total
    }

    /// Drops what is there but for its last `rest` bytes, without copying it; returns how many bytes were dropped.
    func skip(leaving rest: Int) -> Int { reader.raw < 0 ? 0 : lathe_skip(reader.raw, rest) }

    /// Lets the pipe hold as much as an ordinary user's may: whoever fills it is held up, and wakes the reader, less often.
    func widen() { _ = lathe_widen_pipe(reader.raw) }
}
