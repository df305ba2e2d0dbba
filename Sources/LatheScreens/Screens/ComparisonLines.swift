import LatheVocabulary

/// What a replay found, as lines: each difference with its place, or that there is none.
struct ComparisonLines {
    let canvas: Canvas

    func lines(_ compared: ReplayCompared) -> [StyledLine] {
        let what = [
            Figure.count(compared.tasks, "task"), Figure.count(compared.cells, "cell"),
            Figure.count(compared.subtasks, "subtask"),
        ].joined(separator: ", ")
        guard !compared.isSame else {
            return canvas.wrap(canvas.text("✓ ", .green) + canvas.text("same as \(compared.from): \(what)"), indent: 2)
        }
        var lines = compared.differences.flatMap(self.lines)
        if compared.omitted > 0 { lines.append(canvas.text("… \(Figure.count(compared.omitted, "more difference"))")) }
        let count = Figure.count(compared.differences.count + compared.omitted, "difference")
        return lines
            + canvas.wrap(canvas.text("✗ ", .red) + canvas.text("\(count) from \(compared.from): \(what)"), indent: 2)
    }

    private func lines(_ difference: ReplayCompared.Difference) -> [StyledLine] {
        let cell = difference.cell.map { " cell \($0)" } ?? ""
        let head = canvas.text("\(difference.place)\(cell): \(difference.what)", .bold)
        return [head]
            + difference.lines.map { line in
                line.hasPrefix("-")
                    ? canvas.text(line, .red)
                    : line.hasPrefix("+") ? canvas.text(line, .green) : canvas.text(line, .dim)
            }
    }
}
