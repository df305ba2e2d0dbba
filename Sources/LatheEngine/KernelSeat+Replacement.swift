internal import LatheVocabulary

/// Another kernel in the place of one that died, with as much of the working memory as can be had (decision 0018).
extension KernelSeat {
    /// Replaces a kernel that died while it was idle, before anything is asked of it. Nil where it lives.
    func revive() async throws(KernelError) -> KernelReplaced? {
        // Its loss is in the journal before another kernel is.
        if !isDead, let kernel, await kernel.hasEnded(),
            let loss = await desk.delegation.losses.loss(of: kernel.epoch)
        {
            lost(loss)
        }
        return isDead ? try await restart() : nil
    }

    /// Puts another kernel in the place of one that died: a copy that is kept or a save, whichever has more of the cells that
    /// finished, and on top of it those that are missing, run again with the recorded answers to their host calls.
    ///
    /// Subtasks that the new memory does not know of are stopped. Throws when that has happened too often in a task.
    func restart() async throws(KernelError) -> KernelReplaced {
        guard restartsLeft > 0 else {
            await desk.delegation.registry.cancelAll(of: place)
            await discardKernel()
            throw KernelError(.died, "The kernel died again and again; the work was stopped. Last: \(death)")
        }
        restartsLeft -= 1
        do {
            return try await replaced()
        } catch {
            await discardKernel()
            isDead = true
            if let error = error as? KernelError { throw error }
            if let error = error as? JournalError {
                throw KernelError(.died, "The kernel died, and the journal cannot be written: \(error.reason)")
            }
            throw KernelError(.cancelled, "stopped while the kernel was replaced")
        }
    }

    private func replaced() async throws -> KernelReplaced {
        // In the journal before its successor, or a later fold would take it for the successor's.
        if let kernel, await kernel.hasEnded() { _ = await desk.delegation.losses.loss(of: kernel.epoch) }
        await copying?.value
        let past = PlacePast(place, try await log.events(after: 0))
        if path.diedIdle { leftOut.formUnion(ranAgain) }
        ranAgain = []
        var wanted = path.wanted
        while true {
            wanted = Array(wanted.prefix { !leftOut.contains($0.cell) })
            let basis = try await takeBasis(for: wanted, past)
            let rest = Array(wanted.dropFirst(basis.count)).filter(\.wentThrough)
            let known = basis.subtasks.union(past.subtasks(of: rest.map(\.cell)))
            await stopSubtasks(but: known)
            if let deadly = try await runAgain(rest, past) {
                leftOut.insert(deadly)
                continue
            }
            ranAgain = Set(rest.map(\.cell))
            return try await record(basis, rest.map(\.cell))
        }
    }

    private func record(_ basis: Basis, _ again: [Int]) async throws -> KernelReplaced {
        let kept = basis.steps.union(again)
        let replaced = KernelReplaced(
            checkpoint: basis.checkpoint, generation: basis.generation, cell: basis.cell, again: again,
            undone: path.cellsSoFar.filter { !kept.contains($0) })
        if let checkpoint = basis.checkpoint {
            // What was kept of later cells is of no use to an undo any more.
            self.kept.removeAll { $0.made.maker == .lathe && $0.number > checkpoint }
        }
        await letGoOfUnreachableData()
        try await record(.kernelReplaced(replaced))
        isDead = false
        take(await kernel?.inspect() ?? variables)
        return replaced
    }

    // MARK: What to begin with

    /// What a kernel was made of before cells are run again in it.
    private struct Basis {
        /// How many of the wanted steps it has.
        var count = 0
        var checkpoint: Int?
        var generation: Int?
        var cell = 0
        var steps: Set<Int> = []
        var subtasks = Set<Int>()
    }

    private enum Candidate {
        case copy(Checkpoint, count: Int)
        case save(SavedMemory)

        var count: Int {
            switch self {
            case .copy(_, let count): count
            case .save(let save): save.path.count
            }
        }
    }

    /// The one with most of the steps first; a copy before a save, since nothing of it is lost.
    private func candidates(for wanted: [MemoryStep]) async -> [Candidate] {
        let copies = kept.reversed().compactMap { checkpoint in
            path.count(at: checkpoint.number, of: wanted).map { Candidate.copy(checkpoint, count: $0) }
        }
        if let offered, wanted.starts(with: offered), !copies.contains(where: { $0.count >= offered.count }) {
            await keeper?.finish()
        }
        let saves = MemoryPlan(wanted, memory).saves.map(Candidate.save)
        // The order is kept where counts are equal.
        return (copies + saves).enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
            .map(\.element)
    }

    private func takeBasis(for wanted: [MemoryStep], _ past: PlacePast) async throws -> Basis {
        await discardKernel()
        for candidate in await candidates(for: wanted) {
            switch candidate {
            case .copy(let checkpoint, let count):
                if let basis = await take(checkpoint, count, of: wanted) { return basis }
            case .save(let save):
                guard let memory, try await recall(save, memory, of: past) else { continue }
                let cells = save.path.map(\.cell)
                return Basis(
                    count: save.path.count, generation: save.generation, cell: cells.last ?? 0, steps: Set(cells),
                    subtasks: past.subtasks(of: cells))
            }
        }
        try await open()
        verification = nil
        return Basis()
    }

    /// Nil where the checkpoint is gone; then it is no longer listed.
    private func take(_ checkpoint: Checkpoint, _ count: Int, of wanted: [MemoryStep]) async -> Basis? {
        do throws(HostRefusal) {
            let fresh = try await copied(checkpoint.kernel)
            await replaceKernel(with: fresh, variables: checkpoint.variables)
        } catch {
            kept.removeAll { $0.number == checkpoint.number }
            return nil
        }
        return Basis(
            count: count, checkpoint: checkpoint.number, cell: checkpoint.made.cell,
            steps: Set(wanted.prefix(count).map(\.cell)),
            subtasks: Set(checkpoint.subtasks.ranges.flatMap(\.self)))
    }

    // MARK: What is missing in it

    /// Runs the cells again. Returns the one that killed the kernel, if one did.
    private func runAgain(_ steps: [MemoryStep], _ past: PlacePast) async throws -> Int? {
        guard !steps.isEmpty else { return nil }
        let (cells, run) = steps.count == 1 ? ("cell \(steps[0].cell)", "runs") : ("\(steps.count) cells", "run")
        let text = "The kernel died; \(cells) that no copy and no save has \(run) again."
        try await log.record(.notice(Notice(.info, text)), at: place)
        return try await runAgain(past.cells(of: steps), past)
    }

    private func stopSubtasks(but known: Set<Int>) async {
        await desk.delegation.registry.cancelAll(of: place, but: known)
        var ranges = RangeSet<Int>()
        for id in known { ranges.insert(contentsOf: id..<(id + 1)) }
        await inherit(ranges)
    }
}
