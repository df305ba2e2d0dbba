/// Text of others, made safe to stand in a sentence on a terminal.
package enum PlainText {
    /// The text on one line: control and direction-changing characters written as escapes, cut to `limit` characters.
    package static func line(_ text: some StringProtocol, limit: Int = 300) -> String {
        var out = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return out + "… (cut)" }
            count += 1
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: out.append(" ")
            case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
                out += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    package static func quoted(_ text: some StringProtocol) -> String {
        "“" + line(text, limit: 120) + "”"
    }
}
