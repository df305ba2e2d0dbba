/// Reads the `code` argument of a tool call while its JSON is still being written, so that screens can show it grow.
///
/// A view only: what runs is taken from the whole, strictly parsed arguments.
struct PartialCode: Sendable {
    private enum Place { case before, inString, after }

    private var place = Place.before
    private var pending = ""
    private var head = ""

    /// Takes a piece of the arguments and returns the code that it adds.
    mutating func take(_ piece: String) -> String {
        switch place {
        case .after: return ""
        case .before:
            head += piece
            // The one argument; anything before it makes this view stay empty, which does no harm.
            guard let start = head.firstMatch(of: /^\s*\{\s*"code"\s*:\s*"/) else { return "" }
            place = .inString
            pending = String(head[start.range.upperBound...])
        case .inString: pending += piece
        }
        return decoded()
    }

    private mutating func decoded() -> String {
        var out = ""
        var rest = pending[...]
        loop: while let character = rest.unicodeScalars.first {
            switch character {
            case "\"":
                place = .after
                rest = ""
                break loop
            case "\\":
                guard let (scalar, length) = Self.escape(rest.unicodeScalars) else { break loop }
                out.unicodeScalars.append(scalar)
                rest.unicodeScalars.removeFirst(length)
            default:
                out.unicodeScalars.append(character)
                rest.unicodeScalars.removeFirst()
            }
        }
        pending = String(rest)
        return out
    }

    /// The character that an escape at the start stands for and the scalars it takes; nil while it is incomplete.
    private static func escape(_ text: Substring.UnicodeScalarView) -> (Unicode.Scalar, Int)? {
        let scalars = Array(text.prefix(12))
        guard scalars.count > 1 else { return nil }
        guard scalars[1] == "u" else {
            let plain: [Unicode.Scalar: Unicode.Scalar] = ["n": "\n", "t": "\t", "r": "\r", "b": "\u{8}", "f": "\u{C}"]
            return (plain[scalars[1]] ?? scalars[1], 2)
        }
        guard let first = hex(scalars, at: 2) else { return nil }
        guard (0xD800..<0xDC00).contains(first) else { return (Unicode.Scalar(first) ?? "\u{FFFD}", 6) }
        guard let second = hex(scalars, at: 8) else { return nil }
        guard (0xDC00..<0xE000).contains(second) else { return ("\u{FFFD}", 6) }
        return (Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) ?? "\u{FFFD}", 12)
    }

    private static func hex(_ scalars: [Unicode.Scalar], at start: Int) -> UInt32? {
        guard scalars.count >= start + 4 else { return nil }
        return UInt32(String(String.UnicodeScalarView(scalars[start..<start + 4])), radix: 16)
    }
}
