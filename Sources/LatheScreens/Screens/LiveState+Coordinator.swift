import LatheVocabulary

extension LiveState {
    /// Output lines that the view remembers; it shows fewer.
    private static let outputLimit = 40
    private static let draftLimit = 16_000

    /// An event of the coordinator itself.
    mutating func coordinate(_ event: Event, _ canvas: Canvas) -> [StyledLine] {
        switch event.body {
        case .turnStarted(let started):
            (turn, model, phase) = (started.turn, started.model, .waiting)
            clearDraft()
        case .replyProgressed(let progress): write(progress)
        case .turnFinished(let finished):
            clearDraft()
            let text = finished.reply.text
            let lines = LiveLines(canvas: canvas).said(pendingText)
            pendingText = text
            return lines
        case .turnFailed(let failed):
            clearDraft()
            return LiveLines(canvas: canvas).turnFailed(failed)
        case .exposed(let exposed):
            return exposed.sentence.map { LiveLines(canvas: canvas).notice(Notice(.info, "this session \($0)")) } ?? []
        case .modelFellBack(let told): return LiveLines(canvas: canvas).notice(Notice(.warning, told.sentence))
        case .modelTold(let told): return LiveLines(canvas: canvas).told(told)
        case .cellStarted(let cell): return start(cell, at: event.time, canvas)
        case .cellOutput(let seen): print(seen)
        case .cellFinished(let cell): return finish(cell, canvas)
        default: break
        }
        return []
    }

    private mutating func clearDraft() { (draftCode, draftText, retry) = ("", "", "") }

    private mutating func write(_ progress: ReplyProgressed) {
        phase = .writing
        if let reason = progress.retry {
            clearDraft()
            retry = reason
            phase = .waiting
        }
        draftCode = String((draftCode + (progress.code ?? "")).suffix(Self.draftLimit))
        draftText = String((draftText + (progress.text ?? "")).suffix(Self.draftLimit))
    }

    private mutating func start(_ cell: Cell, at time: Double, _ canvas: Canvas) -> [StyledLine] {
        phase = .running(cell: cell.number)
        output = []
        began = began ?? time
        let said = LiveLines(canvas: canvas).said(pendingText)
        pendingText = ""
        guard cell.purpose == .work, cell.author != .user else {
            quietCells.insert(cell.number)
            return said
        }
        let place = turn > 0 ? "  turn \(turn)" : ""
        let head = canvas.text("▸ ", .cyan) + canvas.text("cell \(cell.number)", .bold) + canvas.text(place, .dim)
        return [canvas.blank] + said + [canvas.fit(head)] + CellBlock(canvas: canvas).code(cell.code)
    }

    private mutating func print(_ seen: CellOutputSeen) {
        guard let text = seen.text else { return }
        var lines = TerminalText.lines((output.popLast() ?? "") + text, keepsLast: true)
        lines = lines.map { String(Self.overwritten($0).suffix(2_000)) }
        output = (output + lines).suffix(Self.outputLimit)
    }

    /// What a line shows after its carriage returns. One at the very end stays: what is printed next overwrites the line.
    private static func overwritten(_ line: String) -> String {
        let parts = line.split(separator: "\r", omittingEmptySubsequences: false)
        guard let last = parts.last(where: { !$0.isEmpty }) else { return "" }
        return String(last) + (parts.last?.isEmpty == true ? "\r" : "")
    }

    private mutating func finish(_ cell: CellResult, _ canvas: Canvas) -> [StyledLine] {
        phase = .idle
        output = []
        if !hasTask { began = nil }
        let wasQuiet = quietCells.remove(cell.number) != nil
        if wasQuiet, turn > 0, cell.status == .ok { return [] }
        return CellBlock(canvas: canvas).result(cell)
    }
}
