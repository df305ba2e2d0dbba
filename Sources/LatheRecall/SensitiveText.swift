internal import Foundation

/// What looks like a secret or like somebody's data in a text, so that it is not remembered.
///
/// The rule by which kernels keep values out of tests (`lathe_kernel/sensitive.py`), once more for what lathe itself decides; a file of
/// samples holds the two together.
enum SensitiveText {
    /// What a text holds, such as `a key or token`; nil where nothing speaks against it.
    static func kind(in text: String) -> String? {
        for (what, pattern) in patterns where matches(pattern, text) { return what }
        if found(digits, text).contains(where: isCard) { return "a card number" }
        if found(iban, text).contains(where: { isIBAN($0.filter { $0 != " " }) }) { return "an IBAN" }
        return found(word, text).contains(where: isRandom) ? "a key or token" : nil
    }

    private static let patterns: [(String, NSRegularExpression?)] = [
        ("a private key", made("-----BEGIN [A-Z ]*PRIVATE KEY-----")),
        ("an e-mail address", made(#"[\w.+-]+@[\w-]+(\.[\w-]+)+"#)),
        (
            "a key or token",
            made(
                #"\b(sk-[\w-]{12,}|(AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|"#
                    + #"xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}|glpat-[\w-]{16,})"#)
        ),
        ("a key or token", made(#"\b(bearer|basic)\s+[\w+/=.-]{12,}"#, .caseInsensitive)),
        ("an address with a password", made(#"\w+://[^\s/:@]+:[^\s/@]+@"#)),
        ("a phone number", made(#"(?<![\w.])(\+|00)\d[\d ()/-]{7,17}\d(?![\w.])"#)),
        ("a phone number", made(#"(?<![\w.])\(?\d{3}\)?[ -]\d{3}[ -]\d{4}(?![\w.])"#)),
        ("a social security number", made(#"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)"#)),
        (
            "a password",
            made(
                #"\b(password|passwd|passphrase|pwd|secret|api[ _-]?key|token)\s*(is\s*:?|[:=])\s*\S{4,}"#,
                .caseInsensitive)
        ),
    ]
    private static let digits = made(#"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])"#)
    private static let iban = made(#"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b"#)
    private static let word = made("[A-Za-z0-9+/_=-]{20,}")
    private static let hash = made("^[0-9a-f]{32,}$")
    private static let bits = 3.8

    private static func made(
        _ pattern: String, _ options: NSRegularExpression.Options = []
    ) -> NSRegularExpression? {
        try? NSRegularExpression(pattern: pattern, options: options)
    }

    private static func matches(_ pattern: NSRegularExpression?, _ text: String) -> Bool {
        pattern?.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }

    private static func found(_ pattern: NSRegularExpression?, _ text: String) -> [String] {
        let all = pattern?.matches(in: text, range: NSRange(text.startIndex..., in: text)) ?? []
        return all.compactMap { Range($0.range, in: text).map { String(text[$0]) } }
    }

    private static func isCard(_ text: String) -> Bool {
        let digits = text.compactMap(\.wholeNumberValue)
        guard (13...19).contains(digits.count), let first = digits.first, (3...6).contains(first) else { return false }
        let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
            let doubled = digit.offset % 2 == 1 ? digit.element * 2 : digit.element
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
        return sum % 10 == 0
    }

    private static func isIBAN(_ text: String) -> Bool {
        let moved = text.dropFirst(4) + text.prefix(4)
        var rest = 0
        for character in moved {
            guard let value = Int(String(character), radix: 36) else { return false }
            rest = (rest * (value > 9 ? 100 : 10) + value) % 97
        }
        return rest == 1
    }

    /// Whether a word's letters and digits are mixed as in a key, and none repeats much.
    private static func isRandom(_ word: String) -> Bool {
        guard word.contains(where: \.isNumber), word.contains(where: { $0.isASCII && $0.isLetter }) else {
            return false
        }
        let counts = Dictionary(word.map { ($0, 1.0) }, uniquingKeysWith: +)
        let length = Double(word.count)
        let bits = -counts.values.reduce(0) { $0 + $1 / length * log2($1 / length) }
        return bits > Self.bits || matches(hash, word)
    }
}
