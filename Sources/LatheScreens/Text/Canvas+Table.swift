/// How the cells of a column stand.
enum Alignment: Sendable, Hashable { case left, right, center }

extension Canvas {
    /// Rows in aligned columns, two spaces apart. Where that is too wide, the last column is cut, then the widest ones; a cut
    /// cell ends in `…`.
    func table(_ rows: [[StyledLine]], alignment: [Alignment] = []) -> [StyledLine] {
        let widths = columnWidths(naturalWidths(rows))
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

    /// How wide the rows are when nothing is cut.
    func tableWidth(_ rows: [[StyledLine]]) -> Int {
        let widths = naturalWidths(rows)
        return widths.reduce(0, +) + 2 * max(0, widths.count - 1)
    }

    private func naturalWidths(_ rows: [[StyledLine]]) -> [Int] {
        let count = rows.map(\.count).max() ?? 0
        return (0..<count).map { column in rows.map { column < $0.count ? $0[column].width : 0 }.max() ?? 0 }
    }

    /// Takes away from the last column, then from the widest, but leaves each at least 4.
    private func columnWidths(_ natural: [Int]) -> [Int] {
        guard let width else { return natural }
        var widths = natural
        var excess = widths.reduce(0, +) + 2 * max(0, widths.count - 1) - width
        if excess > 0, let last = widths.last, last > 4 {
            let cut = min(excess, last - 4)
            widths[widths.count - 1] -= cut
            excess -= cut
        }
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 4 {
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
