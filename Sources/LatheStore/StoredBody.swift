internal import CCrypto
internal import LatheVocabulary

/// A large text that is stored once, however many events refer to it, found by the hash of what it says.
///
/// The messages of a conversation are a chain: each is stored with the hash of the one before it, so that a request refers to all
/// of its messages by the last one's hash, and the next request adds two.
struct StoredBody: Sendable, Hashable {
    /// `sha256:` and 64 hexadecimal digits.
    let hash: String
    /// The hash of the message before this one; nil at the beginning of a chain and for a text alone.
    let previous: String?
    let data: String

    init(_ data: String, after previous: String? = nil) throws(JournalError) {
        self.previous = previous
        self.data = data
        hash = try Self.hash(data, after: previous)
    }

    /// What was read from a journal; `isIntact` tells whether it is what was written.
    init(hash: String, previous: String?, data: String) {
        (self.hash, self.previous, self.data) = (hash, previous, data)
    }

    var isIntact: Bool { (try? Self.hash(data, after: previous)) == hash }

    private static let prefix = "sha256:"

    /// Of the hash before, a line feed, and the text.
    private static func hash(_ data: String, after previous: String?) throws(JournalError) -> String {
        var text = (previous ?? "") + "\n" + data
        var digest = [UInt8](repeating: 0, count: 32)
        guard text.withUTF8({ lathe_sha256($0.baseAddress, $0.count, &digest) }) else {
            throw JournalError(.failed, "libcrypto has no SHA-256 here.")
        }
        return prefix + digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
