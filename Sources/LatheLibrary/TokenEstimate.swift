/// How many o200k tokens a text is at most, as far as that can be said without the tokenizer: for names, signatures and prose
/// it is above the real number (`make bench-library` compares), for random letters it may be below.
package enum TokenEstimate {
    package static func of(_ text: String) -> Int {
        var count = Counter()
        for scalar in text.unicodeScalars { count.take(scalar) }
        return count.tokens
    }

    /// The longest beginning that is within so many tokens, its cut marked; at least `keeping` characters stay.
    package static func cut(_ text: String, to tokens: Int, keeping: Int = 0) -> String {
        guard of(text) > tokens else { return text }
        var count = Counter()
        var kept = ""
        for scalar in text.unicodeScalars {
            count.take(scalar)
            guard count.tokens < tokens || kept.unicodeScalars.count < keeping else { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept.isEmpty ? "" : kept + "…"
    }

    /// Takes a text scalar by scalar: letters in pieces of five, digits of three, signs one by one.
    private struct Counter {
        private(set) var tokens = 0
        private var letters = 0
        private var digits = 0

        mutating func take(_ scalar: Unicode.Scalar) {
            switch scalar {
            case "a"..."z", "A"..."Z":
                digits = 0
                // A capital begins a piece: DataFrame is two.
                if letters % 5 == 0 || scalar.value < 0x60 && letters > 1 { (tokens, letters) = (tokens + 1, 0) }
                letters += 1
            case "0"..."9":
                letters = 0
                if digits % 3 == 0 { tokens += 1 }
                digits += 1
            case "…":
                (letters, digits) = (0, 0)
                tokens += 1
            case " ", "_":
                // Joins what comes next.
                (letters, digits) = (0, 0)
            default:
                (letters, digits) = (0, 0)
                tokens += scalar.isASCII ? 1 : scalar.properties.isAlphabetic ? 1 : min(3, scalar.utf8.count)
            }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var utf8: String.UTF8View { String(self).utf8 }
}

extension String {
    /// The text with neither line breaks nor control, direction and other invisible characters.
    package var onOneLine: String {
        let plain = unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: " "
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(plain)).split(separator: " ").joined(separator: " ")
    }
}
