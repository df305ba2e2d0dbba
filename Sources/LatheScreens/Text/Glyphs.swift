/// Which characters a terminal can be trusted with.
package enum Glyphs: Sendable, Hashable {
    case unicode
    /// Printable ASCII alone, for locales that are not UTF-8.
    case ascii

    func pick(_ unicode: String, _ ascii: String) -> String { self == .unicode ? unicode : ascii }
}
