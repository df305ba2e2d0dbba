private import Glibc
internal import LatheVocabulary
internal import LatheWire

/// The last of what bubblewrap and the template printed, for the message when they end.
struct LogTail {
    private var pipe: OutputPipe
    private(set) var bytes: [UInt8] = []

    init(reader: OwnedDescriptor) { pipe = OutputPipe(stream: .stderr, reader: reader) }

    var descriptor: Int32 { pipe.descriptor }

    mutating func read(into buffer: inout [UInt8]) {
        var tail = bytes
        pipe.read(limit: 1 << 18, into: &buffer) { part in
            tail.append(contentsOf: part)
            if tail.count > 1 << 14 { tail.removeFirst(tail.count - 8192) }
        }
        bytes = tail
    }
}
