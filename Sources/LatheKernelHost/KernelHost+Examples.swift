private import CSandbox
private import Glibc
package import LatheVocabulary

extension KernelHost {
    /// A slice of the layout `example`: a text of literals, and the files that it reads, which a kernel makes into data.
    package func exampleSlice(_ text: String, files: [String: [UInt8]]) throws(KernelError) -> BoundSlice {
        let ordered = files.sorted { $0.key < $1.key }
        let parts = [Array(text.utf8)] + ordered.map(\.value)
        let bytes = parts.reduce(0) { $0 + $1.count }
        let file = try makeDataFile(bytes: max(bytes, 1))
        var extents: [JSONValue] = []
        var offset = 0
        for part in parts {
            try Self.write(part, to: file.descriptor, at: offset)
            extents.append([0, .integer(offset), .integer(part.count)])
            offset += part.count
        }
        guard file.seal() else { throw KernelError(.startFailed, "the memory file of an example cannot be sealed") }
        let manifest: JSONValue = [
            "descriptors": [0], "layout": "example", "type": "example", "shape": .null, "bytes": .integer(bytes),
            "pickle": [], "buffers": .array(extents), "names": .array(ordered.map { .string($0.key) }),
        ]
        let descriptor = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 3)
        guard descriptor >= 0 else {
            throw KernelError(.startFailed, "no descriptor is left for the data of an example", underlying: errno)
        }
        let reference = SliceReference(descriptor: descriptor) { _ = close($0) }
        return BoundSlice(name: "data", manifest: manifest, references: [reference])
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int) throws(KernelError) {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { pointer in
                pwrite(descriptor, pointer.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                throw KernelError(.startFailed, "the data of an example cannot be written", underlying: errno)
            }
            done += written
        }
    }
}
