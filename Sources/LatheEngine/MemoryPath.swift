package import LatheVocabulary

/// The cells that the working memory is made of, in order: a fold over the events of one place.
///
/// The kernel's seat keeps one while it works, and a later program run makes the same one of the journal to rebuild the memory.
package struct MemoryPath: Sendable, Hashable {
    package typealias Step = MemoryStep

    package private(set) var steps: [Step] = []
    /// The steps at a checkpoint: most are how many there were, since steps are only ever added. Else the steps themselves.
    private enum Kept: Sendable, Hashable {
        case first(Int, of: Int)
        case all([Step])
    }
    private var checkpoints: [Int: Kept] = [:]
    /// Of those that have one.
    private var names: [Int: String] = [:]
    /// Steps that were replaced by others, by how often that had happened before.
    private var replaced: [Int: [Step]] = [:]
    private var replacements = 0
    /// A kernel that died, until another takes its place or a cell runs after it.
    private struct Death: Sendable, Hashable {
        /// The steps up to it; they count again where no cell ran after it.
        var steps: [Step]
        /// The cell that was under way; nil where the kernel was idle.
        var cell: Int?
    }
    private var death: Death?
    /// A death after which a cell was begun, until that finishes: it may have been given to a kernel that was dead already.
    private var deathBefore: Death?
    /// The highest number of a checkpoint so far.
    package private(set) var lastCheckpoint = 0

    package init() {}

    package mutating func apply(_ body: EventBody) {
        switch body {
        case .cellStarted(let cell):
            (deathBefore, death) = (death, nil)
            if steps.last?.cell == cell.number { replace(with: Array(steps.dropLast())) }
            steps.append(Step(cell: cell.number, wentThrough: false))
        case .taskResumed(let resumed):
            if let last = steps.last, last.cell == resumed.cell { replace(with: Array(steps.dropLast())) }
        case .cellFinished(let result): finish(result)
        case .kernelLost(let loss):
            // A cell under way says so itself when it finishes as `died`.
            if loss.uncertainCell == nil, loss.lastFinished > 0 { die() }
        case .kernelReplaced(let replaced): takeUp(replaced)
        case .checkpointed(let made):
            lastCheckpoint = max(lastCheckpoint, made.checkpoint)
            keep(made)
        case .rolledBack(let back):
            death = nil
            if let number = back.checkpoint, let there = steps(at: number) {
                replace(with: there)
            } else {
                replace(with: steps.filter { !back.undone.contains($0.cell) })
            }
        default: break
        }
    }

    /// A program run that ended with a kernel dead leaves the memory as it was, without the cell that killed it.
    package mutating func leaveDeadKernel() {
        guard let before = death?.steps else { return }
        replace(with: before)
        death = nil
    }

    /// The last cell that is in the memory, or that killed it; nil before the first.
    package var lastCell: Int? { stepsSoFar.last?.cell }

    /// The cells that a return to a checkpoint undoes, oldest first.
    package func undone(by checkpoint: Int) -> [Int] {
        let there = steps(at: checkpoint) ?? []
        return stepsSoFar.filter { !there.contains($0) }.map(\.cell)
    }

    /// The rollback to a checkpoint as code asks for it; nil where there is none of that number.
    package func back(to checkpoint: Int) -> RolledBack? {
        guard let there = steps(at: checkpoint) else { return nil }
        let isBranch = there.last.map { $0.until == checkpoint && $0.then != nil } ?? false
        return RolledBack(
            checkpoint: checkpoint, name: names[checkpoint], cause: isBranch ? .branch : .code,
            undone: undone(by: checkpoint))
    }

    /// Whether a checkpoint is the memory as it was before the last cell.
    package func isBeforeLastCell(_ checkpoint: Int) -> Bool {
        let now = stepsSoFar
        return !now.isEmpty && steps(at: checkpoint) == Array(now.dropLast())
    }

    /// Whether a checkpoint is the memory as it is.
    package func isNow(_ checkpoint: Int) -> Bool { steps(at: checkpoint) == steps }

    private mutating func finish(_ result: CellResult) {
        switch result.status {
        case .ok, .error:
            deathBefore = nil
            if let index = steps.lastIndex(where: { $0.cell == result.number }) { steps[index].wentThrough = true }
        case .interrupted: break
        case .died: die(in: result.number)
        }
    }

    private mutating func die(in cell: Int? = nil) {
        let now = (deathBefore?.steps ?? []) + steps
        deathBefore = nil
        if death == nil { death = Death(steps: now, cell: cell) } else if cell != nil { death?.cell = cell }
        replace(with: [])
    }

    private mutating func takeUp(_ replaced: KernelReplaced) {
        let before = stepsSoFar
        death = nil
        guard let number = replaced.checkpoint, let there = steps(at: number) else {
            return replace(with: before.filter { !replaced.undone.contains($0.cell) })
        }
        replace(with: there + before.filter { replaced.again.contains($0.cell) })
    }

    /// The steps of which a kernel that takes a dead one's place should be made: all but the cell that was under way.
    package var wanted: [Step] { stepsSoFar.filter { $0.cell != death?.cell } }

    /// The cells of the memory, or of the memory that died.
    package var cellsSoFar: [Int] { stepsSoFar.map(\.cell) }

    /// Whether the kernel died while it ran no cell.
    package var diedIdle: Bool { death.map { $0.cell == nil } ?? false }

    private var stepsSoFar: [Step] { death?.steps ?? steps }

    /// How many of the first of these steps a checkpoint holds; nil where it holds others. One that the deadly cell itself made
    /// holds a part of it, too.
    package func count(at checkpoint: Int, of wanted: [Step]) -> Int? {
        guard let there = steps(at: checkpoint) else { return nil }
        if wanted.starts(with: there) { return there.count }
        guard let last = there.last, last.cell == death?.cell, there.dropLast() == wanted[...] else { return nil }
        return there.count
    }

    private mutating func replace(with others: [Step]) {
        replaced[replacements] = steps
        replacements += 1
        steps = others
    }

    private mutating func keep(_ made: Checkpointed) {
        names[made.checkpoint] = made.name
        checkpoints[made.checkpoint] =
            switch made.maker {
            case .lathe: .first(steps.count, of: replacements)
            case .cell, .branch:
                .all(
                    steps.filter { $0.cell != made.cell }
                        + [Step(cell: made.cell, until: made.checkpoint, then: made.code)])
            }
    }

    private func steps(at checkpoint: Int) -> [Step]? {
        switch checkpoints[checkpoint] {
        case .first(let count, let number):
            Array((number == replacements ? steps : replaced[number] ?? []).prefix(count))
        case .all(let all): all
        case nil: nil
        }
    }
}
