/// Makes keys of the bytes that a terminal sends, however they are cut.
///
/// What is no key that anybody here knows is dropped as a whole, so that none of its bytes is taken for text.
package struct KeyDecoder: Sendable, Hashable {
    /// An escape sequence or a character of several bytes that has begun.
    private var pending: [UInt8] = []

    package init() {}

    /// Whether more bytes may follow that belong to what has come.
    package var isWithin: Bool { !pending.isEmpty }

    /// The key that a byte completes.
    package mutating func take(_ byte: UInt8) -> Key? {
        pending.append(byte)
        switch pending[0] {
        case 0x1B: return escape()
        case 0x80...: return character()
        default:
            pending = []
            return Self.key(byte)
        }
    }

    /// No more bytes came: a key that had begun is what is there, which is Escape where it stands alone.
    package mutating func pause() -> Key? {
        defer { pending = [] }
        return pending == [0x1B] ? .escape : nil
    }

    private static func key(_ byte: UInt8) -> Key? {
        switch byte {
        case 0x0A, 0x0D: .enter
        // Linux keeps a Ctrl-D that is pressed while the terminal reads whole lines as a NUL: one that came too early.
        case 0x00: .control("d")
        case 0x08, 0x7F: .backspace
        case 0x01...0x1A: .control(Character(Unicode.Scalar(byte + 0x60)))
        case 0x20...0x7E: .text(Unicode.Scalar(byte))
        default: nil
        }
    }

    private mutating func character() -> Key? {
        let wanted =
            switch pending[0] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        guard pending.count >= wanted else { return nil }
        defer { pending = [] }
        let scalars = String(decoding: pending, as: UTF8.self).unicodeScalars
        guard scalars.count == 1, let scalar = scalars.first, scalar != "\u{FFFD}" else { return nil }
        return [.control, .lineSeparator, .paragraphSeparator, .surrogate].contains(scalar.properties.generalCategory)
            ? nil : .text(scalar)
    }

    // MARK: Escape sequences

    private mutating func escape() -> Key? {
        guard pending.count > 1, let last = pending.last else { return nil }
        let isSequence = pending[1] == UInt8(ascii: "[") || pending[1] == UInt8(ascii: "O")
        if isSequence {
            // Parameters and what stands between, up to a final byte; no terminal sends more.
            guard pending.count > 2, (0x40...0x7E).contains(last) || pending.count > 32 else { return nil }
        }
        defer { pending = [] }
        return isSequence ? Self.sequence(pending.dropFirst(2).dropLast(), last) : Self.alternate(last)
    }

    private static func alternate(_ byte: UInt8) -> Key? {
        switch byte {
        case UInt8(ascii: "b"): .wordLeft
        case UInt8(ascii: "f"): .wordRight
        case 0x7F, 0x08: .control("w")
        default: nil
        }
    }

    private static func sequence(_ parameters: ArraySlice<UInt8>, _ final: UInt8) -> Key? {
        let text = String(decoding: parameters, as: UTF8.self)
        // `1;5` is Ctrl, `1;3` Alt.
        let byWords = text.hasSuffix(";5") || text.hasSuffix(";3")
        switch final {
        case UInt8(ascii: "A"): return .up
        case UInt8(ascii: "B"): return .down
        case UInt8(ascii: "C"): return byWords ? .wordRight : .right
        case UInt8(ascii: "D"): return byWords ? .wordLeft : .left
        case UInt8(ascii: "H"): return .home
        case UInt8(ascii: "F"): return .end
        case UInt8(ascii: "~"):
            switch text {
            case "1", "7": return .home
            case "4", "8": return .end
            case "3": return .delete
            case "5": return .pageUp
            case "6": return .pageDown
            default: return nil
            }
        default: return nil
        }
    }
}
