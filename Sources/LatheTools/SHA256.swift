internal import CCrypto
internal import LatheVocabulary

/// The hash by which definitions and results are known.
enum SHA256 {
    /// 64 hexadecimal digits.
    static func of(_ text: String) throws(ToolError) -> String {
        var text = text
        var digest = [UInt8](repeating: 0, count: 32)
        let isMade = text.withUTF8 { lathe_sha256($0.baseAddress, $0.count, &digest) }
        guard isMade else {
            throw ToolError(
                .host, "this machine's libcrypto has no SHA-256, so tools cannot be told apart",
                mend: "install OpenSSL's libraries")
        }
        return digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
