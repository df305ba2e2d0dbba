extension Unicode.Scalar {
    /// The letter that a reader of Latin text takes it for, for rules about words: itself, or one that it looks like; nil where nothing
    /// is seen of it.
    package var seen: Unicode.Scalar? {
        guard properties.generalCategory != .format, !properties.isDefaultIgnorableCodePoint else { return nil }
        return Self.lookalikes[self] ?? self
    }

    /// Small letters of Cyrillic and Greek that stand for Latin ones in a line of Latin letters.
    private static let lookalikes: [Unicode.Scalar: Unicode.Scalar] = [
        "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "і": "i", "ј": "j", "к": "k", "ӏ": "l", "м": "m",
        "н": "h",
        "о": "o", "р": "p", "ѕ": "s", "т": "t", "у": "y", "х": "x", "ѡ": "w", "ɡ": "g", "ı": "i",
        "α": "a", "ε": "e", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x", "ω": "w",
    ]
}
