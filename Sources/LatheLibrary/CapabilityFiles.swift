internal import LatheVocabulary

/// All that is written for one capability: its source, its tests and the small files that they read.
struct CapabilityFiles: Sendable, Hashable {
    static let fixtureCount = 50
    static let fixtureBytes = 1 << 20
    static let togetherBytes = 4 << 20
    static let testsBytes = 256 << 10
    static let sourceBytes = 256 << 10

    var name: CapabilityName
    /// The whole text, block included.
    var text: String
    /// Empty where it has none.
    var tests: String
    var fixtures: [String: [UInt8]]

    static func testsFile(_ name: CapabilityName) -> String { "test_" + name.file }

    /// Throws `.refused` where something is too large or has a name that is no plain file's name.
    static func check(tests: String, fixtures: [String: [UInt8]]) throws(LibraryError) {
        guard tests.utf8.count <= testsBytes else {
            throw LibraryError(.refused, "the tests are larger than \(testsBytes >> 10) KiB: test with less.")
        }
        let bytes = fixtures.values.map(\.count)
        guard fixtures.count <= fixtureCount, bytes.allSatisfy({ $0 <= fixtureBytes }),
            bytes.reduce(0, +) <= togetherBytes
        else {
            throw LibraryError(
                .refused,
                """
                fixtures are at most \(fixtureCount) files of 1 MiB, 4 MiB together: keep the few rows that a test needs.
                """)
        }
        for name in fixtures.keys.sorted() where !isFixtureName(name) {
            throw LibraryError(
                .refused,
                """
                \(String(name.prefix(80)).debugDescription) cannot name a fixture: use letters, digits, '.', '_' and \
                '-', at most 64, beginning with a letter or digit.
                """)
        }
    }

    /// The hash of what `sha256sum test_NAME.py fixtures/NAME/*` prints; nil where there is neither.
    static func testsSHA256(
        _ name: String, tests: String, fixtures: [String: [UInt8]]
    ) throws(LibraryError) -> String? {
        let lines = try sums(name, tests: tests, fixtures: fixtures)
        return lines.isEmpty ? nil : try SHA256.of(Array(lines.utf8))
    }

    /// The hash of all that a person is shown before deciding: of what `sha256sum NAME.py test_NAME.py fixtures/NAME/*` prints.
    static func shownSHA256(
        _ name: String, text: String, tests: String, fixtures: [String: [UInt8]]
    ) throws(LibraryError) -> String {
        let source = "\(try SHA256.of(Array(text.utf8)))  \(name).py\n"
        return try SHA256.of(Array((source + (try sums(name, tests: tests, fixtures: fixtures))).utf8))
    }

    /// As `sha256sum` prints them, fixtures by the bytes of their names.
    private static func sums(
        _ name: String, tests: String, fixtures: [String: [UInt8]]
    ) throws(LibraryError) -> String {
        var lines = ""
        if !tests.isEmpty { lines += "\(try SHA256.of(Array(tests.utf8)))  test_\(name).py\n" }
        for (file, content) in fixtures.sorted(by: { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) })
        {
            lines += "\(try SHA256.of(content))  fixtures/\(name)/\(file)\n"
        }
        return lines
    }

    private static func isFixtureName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isPlain(_ byte: UInt8) -> Bool {
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
        }
        return (1...64).contains(bytes.count) && isPlain(bytes[0])
            && bytes.allSatisfy { isPlain($0) || [0x2E, 0x5F, 0x2D].contains($0) }
    }
}
