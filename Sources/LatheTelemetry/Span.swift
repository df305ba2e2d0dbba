package import LatheVocabulary

/// One operation with its beginning and end, in OpenTelemetry's sense.
package struct Span: Sendable, Hashable {
    package enum Kind: Int, Sendable, Hashable {
        case `internal` = 1
        case client = 3
    }

    /// 32 and 16 hexadecimal digits.
    package var trace: String
    package var id: String
    package var parent: String?
    package var name: String
    package var kind: Kind
    /// Seconds since 1970-01-01 UTC.
    package var start: Double
    package var end: Double
    /// Texts, numbers, flags and arrays of texts.
    package var attributes: [String: JSONValue]
    /// Why it did not end well; nil where it did.
    package var failure: String?
}

extension Span {
    /// The same for the same text, so that a session that is exported again names the same spans.
    static func identifier(_ text: String, digits: Int) -> String {
        var hex = ""
        for round in 0..<(digits / 16) {
            // FNV-1a with a finishing mix: these numbers identify, they protect nothing.
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325 &+ UInt64(round)
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
            hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
            hash ^= hash >> 31
            let word = String(max(hash, 1), radix: 16)
            hex += String(repeating: "0", count: 16 - word.count) + word
        }
        return hex
    }
}
