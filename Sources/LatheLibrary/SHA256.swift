internal import CCrypto
internal import LatheVocabulary

/// The hash by which sources and tests are known.
enum SHA256 {
    /// 64 hexadecimal digits.
    static func of(_ bytes: [UInt8]) throws(LibraryError) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        guard bytes.withUnsafeBytes({ lathe_sha256($0.baseAddress, $0.count, &digest) }) else {
            throw LibraryError(.unreadable, "This machine's libcrypto has no SHA-256. Install OpenSSL's libraries.")
        }
        return digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
