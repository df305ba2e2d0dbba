internal import LatheVocabulary

/// A capability's name, checked before it is part of a path. The reader checks more: that Python allows it.
struct CapabilityName: Sendable, Hashable, CustomStringConvertible {
    let description: String

    /// Accepts `[a-z][a-z0-9_]{1,63}`, but no names that the test runner would take for its own.
    init(_ text: String) throws(LibraryError) {
        let bytes = Array(text.utf8)
        let isWellFormed =
            (2...64).contains(bytes.count) && bytes.first.map(Self.isLetter) == true
            && bytes.allSatisfy { Self.isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
        guard isWellFormed, !text.hasPrefix("test_"), text != "conftest" else {
            let shown = String(text.prefix(80)).debugDescription
            throw LibraryError(
                .refused,
                """
                \(shown) cannot name a capability. Use 2 to 64 of the letters a-z, digits and '_', beginning with a \
                letter, but neither 'test_…' nor 'conftest'.
                """)
        }
        description = text
    }

    var file: String { description + ".py" }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
}
