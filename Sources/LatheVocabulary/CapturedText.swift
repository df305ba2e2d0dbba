/// One output stream of a cell: its beginning and end, and where the whole is.
package struct CapturedText: Sendable, Hashable, Codable {
    /// Bytes that the cell wrote.
    package var bytes: Int
    /// The whole text where it is at most the host's cap (16 KiB); else its first half cap.
    package var head: String
    /// Empty where `head` is the whole; else the last half cap.
    package var tail: String
    /// The file that keeps the whole, relative to the session's folder; nil where `head` is the whole.
    package var file: String?
    /// Bytes that were not even kept in the file, because it reached its own limit; 0 otherwise.
    package var lost: Int

    package init(bytes: Int = 0, head: String = "", tail: String = "", file: String? = nil, lost: Int = 0) {
        self.bytes = bytes
        self.head = head
        self.tail = tail
        self.file = file
        self.lost = lost
    }
}

extension CapturedText {
    /// The file that keeps the whole of a stream (`stdout`, `stderr`, `result` or `traceback`), relative to the session's
    /// folder. The place becomes a file name without path separators.
    package static func file(of cell: Int, stream: String, place: Place) -> String {
        let safe = place.description.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                ? String(scalar) : scalar == "/" ? "-" : "_\(String(scalar.value, radix: 16))_"
        }
        return "outputs/\(safe.joined().prefix(180))-\(cell).\(stream).txt"
    }
}
