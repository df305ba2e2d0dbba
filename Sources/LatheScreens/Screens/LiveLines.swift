import LatheVocabulary

/// The lines that the live view leaves above itself.
struct LiveLines {
    let canvas: Canvas

    func session(_ opened: SessionOpened) -> [StyledLine] {
        var lines = canvas.wrap(
            canvas.text("lathe \(opened.version)", .bold)
                + canvas.text(" · session \(opened.session) · \(opened.model)", .dim)
                + canvas.text(opened.isUnconfined ? " · NO SANDBOX" : "", [.bold, .yellow]), indent: 2)
        let names = opened.inputs.map { input in
            [
                canvas.text("  " + input.name, .bold), canvas.text(input.format.rawValue, .dim),
                canvas.text(input.path, .dim),
            ]
        }
        lines += canvas.table(names)
        if !opened.sandbox.isEmpty {
            lines += canvas.wrap(canvas.text("  sandbox: " + opened.sandbox.joined(separator: "; "), .dim), indent: 4)
        }
        if opened.rebuiltCells > 0 {
            let count = Figure.count(opened.rebuiltCells, "cell")
            lines.append(canvas.text("  working memory rebuilt from \(count)", .dim))
        }
        return lines
    }

    func task(_ task: TaskSubmitted) -> [StyledLine] {
        [canvas.blank]
            + TerminalText.lines(task.task).prefix(12).flatMap {
                canvas.wrap(canvas.text("› ", .cyan) + canvas.text($0, .bold), indent: 2)
            }
    }

    func notice(_ notice: Notice) -> [StyledLine] {
        let style: Style = notice.level == .warning ? .yellow : .dim
        let mark = notice.level == .warning ? "⚠ " : "· "
        return canvas.wrap(canvas.text(mark + notice.text, style), indent: 2)
    }

    func turnFailed(_ failed: TurnFailed) -> [StyledLine] {
        canvas.wrap(canvas.text("✗ turn \(failed.turn): ", .red) + canvas.text(failed.reason), indent: 2)
    }

    func told(_ told: ModelTold) -> [StyledLine] {
        [canvas.fit(canvas.text("· told the model: " + (TerminalText.lines(told.text).first ?? ""), .dim))]
    }

    func saved(_ saved: SavedCapability, at place: Place) -> [StyledLine] {
        let capability = saved.capability
        let verb = saved.replaced ? "replaced" : "saved"
        return [
            canvas.fit(
                canvas.text("+ ", .green) + canvas.text("\(verb) \(capability.kind.rawValue) ")
                    + canvas.text(capability.name, .bold)
                    + canvas.text(" (\(capability.status.rawValue))  generated-capabilities/\(capability.path)", .dim))
        ]
    }

    func used(_ used: CapabilityUsed, at place: Place) -> [StyledLine] {
        let by = place == .coordinator ? "" : " in \(place)"
        return [
            canvas.fit(
                canvas.text("· uses \(used.kind.rawValue) ", .dim) + canvas.text(used.name, .bold)
                    + canvas.text(by, .dim))
        ]
    }

    /// What a model said beside its code, at most six lines; its fenced code is shown as the cell.
    func said(_ text: String) -> [StyledLine] {
        var (lines, isCode) = ([String](), false)
        for line in TerminalText.lines(text) {
            if line.hasPrefix("```") { isCode.toggle() } else if !isCode, !line.isEmpty { lines.append(line) }
        }
        let laidOut = lines.flatMap { canvas.wrap(Markdown(canvas: canvas).inline($0).with(.dim)) }
        guard laidOut.count > 6 else { return laidOut }
        return laidOut.prefix(5) + [canvas.text("… \(laidOut.count - 5) more lines, whole in the journal", .dim)]
    }
}
