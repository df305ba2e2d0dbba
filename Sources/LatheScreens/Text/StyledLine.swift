/// One line for a terminal, made of pieces that are safe already; only a canvas makes them.
package struct StyledLine: Sendable, Hashable {
    struct Piece: Sendable, Hashable {
        var text: String
        var style: Style
    }

    var pieces: [Piece] = []

    init(pieces: [Piece] = []) { self.pieces = pieces }

    /// Without any style.
    package var plain: String { pieces.map(\.text).joined() }
    package var width: Int { pieces.reduce(0) { $0 + DisplayWidth.of($1.text) } }

    static func + (left: StyledLine, right: StyledLine) -> StyledLine { StyledLine(pieces: left.pieces + right.pieces) }
    static func += (left: inout StyledLine, right: StyledLine) { left.pieces += right.pieces }

    /// With colour and weight as SGR sequences.
    var styled: String {
        pieces.map { $0.style.isEmpty ? $0.text : "\u{1B}[\($0.style.parameters)m\($0.text)\u{1B}[0m" }.joined()
    }

    /// The same text with `style` added everywhere.
    func with(_ style: Style) -> StyledLine {
        StyledLine(pieces: pieces.map { Piece(text: $0.text, style: $0.style.union(style)) })
    }

    /// The pieces before and after the column at which a character would cross `columns`.
    func split(at columns: Int) -> (StyledLine, StyledLine) {
        var (head, tail, used) = (StyledLine(), StyledLine(), 0)
        for piece in pieces {
            let width = DisplayWidth.of(piece.text)
            if tail.pieces.isEmpty, used + width <= columns {
                head.pieces.append(piece)
                used += width
                continue
            }
            guard tail.pieces.isEmpty else {
                tail.pieces.append(piece)
                continue
            }
            var end = piece.text.startIndex
            while end < piece.text.endIndex, used + DisplayWidth.of(piece.text[end]) <= columns {
                used += DisplayWidth.of(piece.text[end])
                end = piece.text.index(after: end)
            }
            if end > piece.text.startIndex {
                head.pieces.append(Piece(text: String(piece.text[..<end]), style: piece.style))
            }
            tail.pieces.append(Piece(text: String(piece.text[end...]), style: piece.style))
        }
        return (head, tail)
    }
}
