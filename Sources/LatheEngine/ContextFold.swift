internal import LatheVocabulary

/// What a subtask's code made of its own context, and how its turns went: a fold over the events of its place, the same live and for
/// a later program run.
struct ContextFold: Sendable, Hashable {
    /// An edit whose effect is looked at.
    struct Watch: Sendable, Hashable {
        var edit: Int
        /// The turns before it, and the context that they had.
        var before: ContextMeasure
        var context: EditableContext
        /// How many turns there were when it began.
        var from: Int
    }

    private(set) var context = EditableContext()
    private(set) var edits = 0
    /// Edits that were asked for when there were none left.
    private(set) var beyond = 0
    private(set) var due: ContextDraft?
    private(set) var watch: Watch?
    private var turns: [ContextMeasure] = []
    private var codes: [Int: String] = [:]
    private var repeats = RepeatedCells()

    /// Turns that a measure may look back on, whatever the rules say: what is older is forgotten.
    private static let window = 24

    mutating func apply(_ body: EventBody) {
        switch body {
        case .taskSubmitted: self = ContextFold()
        case .turnFinished: beginTurn()
        case .cellStarted(let cell):
            codes[cell.number] = cell.code
            forget(cell.number)
        case .cellFinished(let result):
            finish(result, code: codes.removeValue(forKey: result.number) ?? "")
        case .hostAnswered(let answered) where answered.name == "context_edit":
            if let draft = answered.value.flatMap(ContextDraft.init) { propose(draft) }
        case .contextEdited(let edited): take(edited)
        case .contextEditRefused(let refused): take(refused)
        case .contextRestored(let restored): (context, watch) = (restored.context, nil)
        case .contextKept: watch = nil
        default: break
        }
    }

    // MARK: What happens

    mutating func beginTurn() { turns.append(ContextMeasure(turns: 1)) }

    mutating func propose(_ draft: ContextDraft) { due = draft }

    /// What a cell asked for in an earlier run of it does not count where it runs again.
    mutating func forget(_ cell: Int) { if due?.cell == cell { due = nil } }

    mutating func finish(_ result: CellResult, code: String) {
        if due?.cell == result.number, result.status != .ok { due?.isFailed = true }
        guard !turns.isEmpty else { return }
        let isRepeated = repeats.add(code, [result], window: Self.window) > 1
        var turn = turns[turns.count - 1]
        if isRepeated { turn.repeated += 1 }
        if result.status != .ok { turn.failed += 1 } else if !isRepeated { turn.progressed = 1 }
        turns[turns.count - 1] = turn
    }

    private mutating func take(_ edited: ContextEdited) {
        watch = Watch(
            edit: edited.edit, before: edited.before, context: watch?.context ?? context, from: turns.count)
        (context, edits, due) = (edited.context, edited.edit, nil)
    }

    private mutating func take(_ refused: ContextEditRefused) {
        if refused.rule == .cell { due = nil }
        if refused.rule == .edits { beyond += 1 }
    }

    // MARK: How it goes

    private func measured(_ turns: some Sequence<ContextMeasure>) -> ContextMeasure {
        turns.reduce(ContextMeasure(), +)
    }

    /// The turns since the edit that is watched.
    var after: ContextMeasure { watch.map { measured(turns.dropFirst($0.from)) } ?? ContextMeasure() }

    /// What an edit that is made now is compared with: at most so many turns before the one that asked for it. Who edits again
    /// before an edit was judged is still compared with how it went before the first of them.
    func before(upTo count: Int) -> ContextMeasure { watch?.before ?? measured(turns.dropLast().suffix(count)) }

    /// The newest turns in a row, this many, got nowhere.
    var stalledTurns: Int { turns.reversed().prefix { $0.progressed == 0 }.count }
}
