internal import CCrypto
internal import Glibc

/// A SHA-256 of bytes that come piece by piece.
///
/// Safe because one thread uses it at a time: whoever hands it to another keeps none.
package final class SHA256Stream: @unchecked Sendable {
    private var digest: OpaquePointer?

    init() { digest = lathe_sha256_begin() }

    deinit { if let digest { lathe_sha256_drop(digest) } }

    func add(_ bytes: UnsafeRawBufferPointer) {
        if let digest { _ = lathe_sha256_add(digest, bytes.baseAddress, bytes.count) }
    }

    /// 64 hexadecimal digits, once; nil where libcrypto has no SHA-256.
    func end() -> String? {
        guard let digest else { return nil }
        self.digest = nil
        var result = [UInt8](repeating: 0, count: 32)
        guard lathe_sha256_end(digest, &result) else { return nil }
        return result.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// 64 hexadecimal digits; nil where libcrypto has no SHA-256.
    package static func of(_ bytes: [UInt8]) -> String? {
        let stream = SHA256Stream()
        bytes.withUnsafeBytes { stream.add($0) }
        return stream.end()
    }

    /// Of a file from its beginning; nil where it cannot be read, or `goesOn` says that nobody wants to know any more.
    static func of(_ file: Int32, while goesOn: () -> Bool = { true }) -> String? {
        let stream = SHA256Stream()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset = off_t(0)
        while goesOn() {
            let count = pread(file, &buffer, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return stream.end() }
            buffer.withUnsafeBytes { stream.add(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += off_t(count)
        }
        return nil
    }
}
