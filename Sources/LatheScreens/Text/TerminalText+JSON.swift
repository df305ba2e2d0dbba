package import LatheVocabulary

extension TerminalText {
    /// A value as one line of JSON in which nothing acts on a terminal: controls, direction overrides and invisible characters
    /// are written as `\uXXXX`.
    package static func json(_ value: JSONValue) -> String {
        let json = value.text
        guard json.unicodeScalars.contains(where: isTreacherous) else { return json }
        var out = ""
        for scalar in json.unicodeScalars {
            guard isTreacherous(scalar) else {
                out.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return out
    }
}
