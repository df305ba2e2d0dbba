private import Glibc

/// What Linux tells of a process in a file of /proc.
enum ProcFile {
    /// The beginning of a file; empty where it cannot be read.
    static func bytes(_ path: String, upTo limit: Int = 1 << 14) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let got = read(file, buffer.baseAddress?.advanced(by: count), limit - count)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return }
                count += got
            }
        }
    }

    static func text(_ path: String, upTo limit: Int = 1 << 14) -> String {
        String(decoding: bytes(path, upTo: limit), as: UTF8.self)
    }

    /// Whether these bytes, none of which is zero, have a text in them.
    static func holds(_ text: String, in bytes: [UInt8]) -> Bool {
        (bytes + [0]).withUnsafeBytes { bytes in
            guard let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress else { return false }
            return strstr(start, text) != nil
        }
    }

    /// The number after `label` at the beginning of a line, such as `Pss_Anon:`; nil where there is no such line.
    static func number(after label: String, in text: String) -> UInt64? {
        for line in text.split(separator: "\n") where line.hasPrefix(label) {
            return line.dropFirst(label.count).split(whereSeparator: { !$0.isNumber }).first.flatMap { UInt64($0) }
        }
        return nil
    }
}
