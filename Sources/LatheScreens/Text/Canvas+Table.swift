/// How the cells of a column stand.
enum Alignment: Sendable, Hashable { case left, right, center }

extension Canvas {
    /// Rows in aligned columns, two spaces apart. Where that is too wide, the widest columns are cut, and cells end in `…`.
    func table(_ rows: [[StyledLine]], alignment: [Alignment] = []) -> [StyledLine] {
        let count = rows.map(\.count).max() ?? 0
        let widths = columnWidths(
            (0..<count).map { column in rows.map { column < $0.count ? $0[column].width : 0 }.max() ?? 0 })
        return rows.map { row in
            var line = StyledLine()
            for (column, cell) in row.enumerated() {
                if column > 0 { line += pad(2) }
                let cut = fit(cell, to: widths[column])
                let side = column < alignment.count ? alignment[column] : .left
                let isLast = column == row.count - 1
                line += aligned(cut, side, widths[column], isLast: isLast)
            }
            return line
        }
    }

    private func aligned(_ cell: StyledLine, _ side: Alignment, _ width: Int, isLast: Bool) -> StyledLine {
        let space = width - cell.width
        return switch side {
        case .left: isLast ? cell : padded(cell, to: width)
        case .right: pad(space) + cell
        case .center: pad(space / 2) + (isLast ? cell : padded(cell, to: width - space / 2))
        }
    }

    /// Takes columns away from the widest until the row fits, but leaves each at least 4.
    private func columnWidths(_ natural: [Int]) -> [Int] {
        guard let width else { return natural }
        var widths = natural
        var excess = widths.reduce(0, +) + 2 * max(0, widths.count - 1) - width
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 4 {
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
