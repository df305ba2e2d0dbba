/// Bounds of texts are counted in Unicode's scalars, as Python counts its characters: of what a reader takes for one character there
/// is no most (a letter may carry a million accents).
extension String {
    /// The text on one line, at most `cap` characters, without characters that end a line, turn its direction or hide words.
    package func singleLine(upTo cap: Int) -> String {
        let scalars = unicodeScalars.prefix(cap + 1).map { $0.isUnseen ? " " : $0 }
        guard scalars.count > cap else { return String(String.UnicodeScalarView(scalars)) }
        return String(String.UnicodeScalarView(scalars.prefix(max(cap - 1, 0)))) + "…"
    }

    /// Whether it has at most so many characters.
    func isWithin(_ cap: Int) -> Bool { utf8.count <= cap || unicodeScalars.count <= cap }

    /// Its first characters, at most so many.
    func cut(to cap: Int) -> String {
        isWithin(cap) ? self : String(String.UnicodeScalarView(unicodeScalars.prefix(cap)))
    }
}

extension Unicode.Scalar {
    /// Whether it is none to be shown: it acts on a screen, ends a line, turns the direction of what follows, or carries hidden words.
    fileprivate var isUnseen: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Joiners belong to words of many languages.
        case .format: value != 0x200C && value != 0x200D
        default: false
        }
    }
}
