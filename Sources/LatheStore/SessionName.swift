/// A session's name, checked: it is a folder's name and appears on screens.
package struct SessionName: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Accepts `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`.
    package init(_ text: String) throws(StoreError) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 64, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D })
        else {
            let shown = String(text.prefix(40)).debugDescription
            throw StoreError(
                .invalidName,
                """
                \(shown) cannot name a session. Use 1 to 64 of the letters a-z, A-Z, digits, '.', '_' and '-', beginning \
                with a letter or digit.
                """)
        }
        description = text
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
