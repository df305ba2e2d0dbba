import LatheVocabulary

/// Tool calls and questions in the background as the live view knows them: counts, and how far the oldest are.
struct BackgroundTally: Sendable, Hashable {
    fileprivate struct Running: Sendable, Hashable {
        var label: String
        var progress: ToolProgress?
    }

    private var begun = 0
    private var done = 0
    private var failed = 0
    private var running: [Int: Running] = [:]

    var isOver: Bool { done >= begun && running.isEmpty }

    mutating func take(_ body: EventBody) {
        switch body {
        case .hostAnswered(let answer) where answer.name == "begin":
            begun += answer.value?["subtasks"]?.arrayValue?.count ?? 0
        case .backgroundStarted(let started): running[started.id] = Running(label: started.label)
        case .backgroundProgressed(let progressed): running[progressed.id]?.progress = progressed.progress
        case .backgroundFinished(let outcome):
            running[outcome.id] = nil
            done += 1
            // One of an earlier program run was begun there.
            begun = max(begun, done)
            if outcome.status != .complete { failed += 1 }
        default: break
        }
    }

    /// `background  5 of 1,000 done, 1 failed: crm/add-contact 40 %, crm/find-contact`; nil where nothing goes on.
    func line(_ canvas: Canvas) -> StyledLine? {
        guard !isOver else { return nil }
        let bad = failed > 0 ? ", \(failed) failed" : ""
        let shown = running.sorted { $0.key < $1.key }.prefix(3).map { $0.value.text }
        let more = running.count > shown.count ? ", …" : ""
        let what = shown.isEmpty ? "" : ": " + shown.joined(separator: ", ") + more
        return canvas.text("background", .bold) + canvas.text("  \(done) of \(begun) done\(bad)\(what)", .dim)
    }
}

extension BackgroundTally.Running {
    /// The name, with how far it is in the words of its server.
    fileprivate var text: String {
        guard let progress else { return label }
        let share = progress.total.map { $0 > 0 ? " \(Int((progress.done / $0 * 100).clamped)) %" : "" } ?? ""
        let said = progress.message.isEmpty ? "" : " (\(progress.message))"
        return label + share + said
    }
}

extension Double {
    /// A share in percent that a server says, which may be anything.
    fileprivate var clamped: Double { isFinite ? Swift.min(Swift.max(self, 0), 100) : 0 }
}
