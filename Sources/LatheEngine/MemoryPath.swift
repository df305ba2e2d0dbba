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
    /// Steps that were replaced by others, by how often that had happened before.
    private var replaced: [Int: [Step]] = [:]
    private var replacements = 0
    /// The steps up to a death; they count again where no cell ran after it.
    private var beforeDeath: [Step]?
    /// The highest number of a checkpoint so far.
    package private(set) var lastCheckpoint = 0

    package init() {}

    package mutating func apply(_ body: EventBody) {
        switch body {
        case .cellStarted(let cell):
            beforeDeath = nil
            if steps.last?.cell == cell.number { replace(with: Array(steps.dropLast())) }
            steps.append(Step(cell: cell.number, wentThrough: false))
        case .taskResumed(let resumed):
            if let last = steps.last, last.cell == resumed.cell { replace(with: Array(steps.dropLast())) }
        case .cellFinished(let result): finish(result)
        case .kernelLost(let loss):
            // A cell under way says so itself when it finishes as `died`.
            if loss.uncertainCell == nil, loss.lastFinished > 0 { die() }
        case .checkpointed(let made):
            lastCheckpoint = max(lastCheckpoint, made.checkpoint)
            keep(made)
        case .rolledBack(let back):
            beforeDeath = nil
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
        guard let before = beforeDeath else { return }
        replace(with: before)
        beforeDeath = nil
    }

    /// The last cell that is in the memory, or that killed it; nil before the first.
    package var lastCell: Int? { (beforeDeath ?? steps).last?.cell }

    /// The cells that a return to a checkpoint undoes, oldest first.
    package func undone(by checkpoint: Int) -> [Int] {
        let there = steps(at: checkpoint) ?? []
        return (beforeDeath ?? steps).filter { !there.contains($0) }.map(\.cell)
    }

    /// Whether a checkpoint is the memory as it was before the last cell.
    package func isBeforeLastCell(_ checkpoint: Int) -> Bool {
        let now = beforeDeath ?? steps
        return !now.isEmpty && steps(at: checkpoint) == Array(now.dropLast())
    }

    /// Whether a checkpoint is the memory as it is.
    package func isNow(_ checkpoint: Int) -> Bool { steps(at: checkpoint) == steps }

    private mutating func finish(_ result: CellResult) {
        switch result.status {
        case .ok, .error:
            if let index = steps.lastIndex(where: { $0.cell == result.number }) { steps[index].wentThrough = true }
        case .interrupted: break
        case .died: die()
        }
    }

    private mutating func die() {
        if beforeDeath == nil { beforeDeath = steps }
        replace(with: [])
    }

    private mutating func replace(with others: [Step]) {
        replaced[replacements] = steps
        replacements += 1
        steps = others
    }

    private mutating func keep(_ made: Checkpointed) {
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
