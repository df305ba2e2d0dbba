/// How a piece of a line looks.
struct Style: OptionSet, Sendable, Hashable {
    let rawValue: Int

    static let bold = Style(rawValue: 1)
    static let dim = Style(rawValue: 2)
    static let underline = Style(rawValue: 4)
    static let red = Style(rawValue: 8)
    static let green = Style(rawValue: 16)
    static let yellow = Style(rawValue: 32)
    static let cyan = Style(rawValue: 64)

    /// The parameters of the SGR sequence that turns it on.
    var parameters: String {
        let table: [(Style, String)] = [
            (.bold, "1"), (.dim, "2"), (.underline, "4"), (.red, "31"), (.green, "32"), (.yellow, "33"), (.cyan, "36"),
        ]
        return table.filter { contains($0.0) }.map(\.1).joined(separator: ";")
    }
}
