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
    func end() -> String? { bytes().map(Self.hexadecimal) }

    /// The 32 bytes of it, once.
    private func bytes() -> [UInt8]? {
        guard let digest else { return nil }
        self.digest = nil
        var result = [UInt8](repeating: 0, count: 32)
        return lathe_sha256_end(digest, &result) ? result : nil
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// 64 hexadecimal digits; nil where libcrypto has no SHA-256.
    package static func of(_ bytes: [UInt8]) -> String? {
        bytes.withUnsafeBytes { digest(of: $0) }.map(hexadecimal)
    }

    /// 32 bytes; nil where libcrypto has no SHA-256.
    static func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        let stream = SHA256Stream()
        stream.add(bytes)
        return stream.bytes()
    }

    /// Of a file from its beginning, in pieces of so many bytes or as a whole.
    ///
    /// Nil where it cannot be read, or `goesOn` says that nobody wants to know any more.
    static func of(_ file: Int32, pieceBytes: Int? = nil, while goesOn: () -> Bool = { true }) -> String? {
        var stream = SHA256Stream()
        var digests: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while goesOn() {
            let toEnd = pieceBytes.map { $0 - offset % $0 } ?? buffer.count
            let count = pread(file, &buffer, min(buffer.count, toEnd), off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count > 0 { buffer.withUnsafeBytes { stream.add(UnsafeRawBufferPointer(rebasing: $0[..<count])) } }
            offset += count
            guard let pieceBytes else {
                if count == 0 { return stream.end() }
                continue
            }
            if count == toEnd || (count == 0 && offset % pieceBytes != 0) {
                guard let digest = stream.bytes() else { return nil }
                digests += digest
                stream = SHA256Stream()
            }
            if count == 0 { return of(digests) }
        }
        return nil
    }
}
