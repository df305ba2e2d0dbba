internal import LatheVocabulary

/// The checkpoints of the session's kernel: made before cells and by cells, gone back to, and given up where they cost too much.
extension KernelSeat {
    /// Keeps the memory as it is before a cell, where that is safe and cheap. What keeps it from that is told once.
    func keepBeforeCell() async throws(JournalError) {
        await copying?.value
        guard let limits = checkpointLimits, let kernel, !isDead else { return }
        do throws(HostRefusal) {
            try await keepAsItIs(kernel)
        } catch {
            // A kernel that ended meanwhile is replaced, which is told.
            guard await !kernel.hasEnded() else { return }
            try await tellOnce(error.reason)
        }
        // What was as it is now is the past once the cell runs.
        _ = drop(.lathe, keeping: limits.automatic)
    }

    /// Makes an automatic checkpoint, where none is kept of the memory as it is; why there can be none.
    func keepAsItIs(_ kernel: any Kernel) async throws(HostRefusal) {
        guard let limits = checkpointLimits else { return }
        await trimming?.value
        guard !kept.contains(where: { path.isNow($0.number) }) else { return }
        guard heldBytes <= limits.kernelBytes else {
            let held = ByteCount(heldBytes).text
            throw HostRefusal("limit", "the kernel holds \(held), and a cell may need as much again")
        }
        let copy = try await copied(kernel)
        try await keep(copy, Checkpointed(checkpoint: path.lastCheckpoint + 1, maker: .lathe, cell: lastCell))
    }

    /// `lathe.checkpoint` in a cell.
    func checkpoint(named name: String?) async throws(HostRefusal) -> JSONValue {
        let (limits, kernel) = try checkpointing()
        let copy = try await copied(kernel)
        let dropped = drop(.cell, keeping: limits.named - 1)
        let made = Checkpointed(checkpoint: path.lastCheckpoint + 1, name: name, maker: .cell, cell: lastCell)
        try await keep(copy, made)
        return ["checkpoint": .integer(made.checkpoint), "dropped": .array(dropped.map(JSONValue.string))]
    }

    /// `lathe.rollback` in a cell: takes effect when the cell has ended.
    func requestRollback(to wanted: JSONValue?) async throws(HostRefusal) -> JSONValue {
        _ = try checkpointing()
        let target = try target(wanted ?? .null)
        if target.made.maker == .branch { try await take(branch: target.number) }
        pendingRollback = target.number
        return [
            "checkpoint": .integer(target.number), "title": .string(target.title),
            "undoes": .array(path.undone(by: target.number).map(JSONValue.integer)),
        ]
    }

    private func target(_ wanted: JSONValue) throws(HostRefusal) -> Checkpoint {
        let found: Checkpoint? =
            switch wanted {
            case .null:
                kept.last { $0.made.maker == .cell }
                    ?? kept.last { $0.made.maker == .lathe && $0.made.cell < lastCell - 1 }
            case .string(let name): kept.last { $0.made.name == name }
            default: kept.last { $0.number == wanted.integerValue }
            }
        if let found { return found }
        let titles = kept.filter { $0.made.maker != .branch }.map { checkpoint in
            checkpoint.made.maker == .lathe
                ? "\(checkpoint.title) (before cell \(checkpoint.made.cell + 1))" : checkpoint.title
        }
        let there = titles.isEmpty ? "none is kept" : "kept are \(titles.joined(separator: ", "))"
        throw HostRefusal("invalid_arguments", "rollback: there is no such checkpoint; \(there)")
    }

    /// Undoes the last cell, for the user; the reason where that cannot be done.
    func undo() async throws(JournalError) -> Result<RolledBack, HostRefusal> {
        await copying?.value
        let cell = path.lastCell
        guard cell != nil, let target = kept.last(where: { path.isBeforeLastCell($0.number) }) else {
            let why = cell.map { "no checkpoint from before cell \($0) is kept" } ?? "no cell is left to undo"
            return .failure(HostRefusal("not_allowed", why + (untold.isEmpty ? "" : ": \(untold)")))
        }
        guard let back = try await goBack(to: target, .user) else {
            return .failure(HostRefusal("not_allowed", "checkpoint \(target.title) is gone"))
        }
        return .success(back)
    }

    /// Puts a copy of a checkpoint in the kernel's place. Nil where the checkpoint is gone; then it is no longer listed.
    func goBack(to checkpoint: Checkpoint, _ cause: RolledBack.Cause) async throws(JournalError) -> RolledBack? {
        let fresh: any Kernel
        do throws(HostRefusal) {
            fresh = try await copied(checkpoint.kernel)
        } catch {
            kept.removeAll { $0.number == checkpoint.number }
            return nil
        }
        let back = RolledBack(
            checkpoint: checkpoint.number, name: checkpoint.made.name, cause: cause,
            undone: path.undone(by: checkpoint.number))
        await replaceKernel(with: fresh, variables: await fresh.inspect() ?? checkpoint.variables)
        // What was kept of later cells is of no use to an undo any more.
        kept.removeAll { $0.made.maker == .lathe && $0.number > checkpoint.number }
        await inherit(checkpoint.subtasks)
        await letGoOfUnreachableData()
        try await record(.rolledBack(back))
        try await stopUnreachableWork()
        return back
    }

    /// What a cell asked for is done once the cell has ended; alternatives that were not kept go.
    func settle(_ result: CellResult) async throws(JournalError) {
        let wanted = pendingRollback
        pendingRollback = nil
        if let wanted, result.status != .died, let target = kept.last(where: { $0.number == wanted }) {
            lastRollback = try await goBack(to: target, target.made.maker == .branch ? .branch : .code)
            if lastRollback == nil { try await tell("Checkpoint \(target.title) is gone: nothing was rolled back.") }
        }
        kept.removeAll { $0.made.maker == .branch }
        trimming = Task {
            await self.trim()
            await self.letGoOfUnreachableData()
        }
    }

    // MARK: Copies

    func checkpointing() throws(HostRefusal) -> (CheckpointLimits, any Kernel) {
        guard let limits = checkpointLimits, let kernel, !isDead else {
            throw HostRefusal("not_allowed", "only the session's kernel has checkpoints; a subtask's has none")
        }
        return (limits, kernel)
    }

    /// A copy, or why there can be none.
    func copied(_ kernel: any Kernel, desk other: HostDesk? = nil) async throws(HostRefusal) -> any Kernel {
        let desk = other ?? desk
        let made: KernelCopy
        do throws(KernelError) {
            made = try await kernel.copy { call in await desk.answer(call) }
        } catch {
            throw HostRefusal("not_allowed", error.reason)
        }
        switch made {
        case .made(let copy): return copy
        case .refused(let obstacles):
            let listed = obstacles.map { "\($0.name.singleLine(upTo: 300)): \($0.mend.singleLine(upTo: 300))" }
            throw HostRefusal("not_allowed", "a copy could not keep " + listed.joined(separator: "; "))
        }
    }

    func keep(_ copy: any Kernel, _ made: Checkpointed) async throws(HostRefusal) {
        do throws(JournalError) {
            try await record(.checkpointed(made))
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be written: \(error.reason)")
        }
        let subtasks = await knownSubtasks()
        kept.append(Checkpoint(made: made, kernel: copy, variables: variables, subtasks: subtasks))
        // Beside the memory as it is.
        if made.maker == .lathe, let limits = checkpointLimits { _ = drop(.lathe, keeping: limits.automatic + 1) }
    }

    /// Lets the oldest of a kind go and names them.
    private func drop(_ maker: Checkpointed.Maker, keeping count: Int) -> [String] {
        let surplus = kept.filter { $0.made.maker == maker }.dropLast(max(count, 0))
        kept.removeAll { checkpoint in surplus.contains { $0.number == checkpoint.number } }
        return surplus.map(\.title)
    }

    // MARK: Memory

    /// Lets checkpoints go, the oldest first, until what they hold beyond the kernel itself is within the limit.
    private func trim() async {
        guard let limits = checkpointLimits else { return }
        while let oldest = kept.first(where: { $0.made.maker == .lathe }) ?? kept.first {
            guard await bytesBeyondKernel() > limits.bytes else { return }
            kept.removeAll { $0.number == oldest.number }
            let limit = ByteCount(limits.bytes).text
            if oldest.made.maker == .lathe {
                try? await tellOnce("what checkpoints may hold (\(limit)) is used up by one cell's changes")
            } else {
                try? await tell("Checkpoint \(oldest.title) was let go: checkpoints may hold \(limit).")
            }
        }
    }

    private func bytesBeyondKernel() async -> Int {
        let resident = await kernel?.resident()
        heldBytes = resident?.bytes ?? 0
        var copies: [ResidentMemory] = []
        for checkpoint in kept { if let copy = await checkpoint.kernel.resident() { copies.append(copy) } }
        // A share is at most what is resident. To tell shares, Linux walks all page tables, which takes milliseconds.
        guard let limits = checkpointLimits, ResidentMemory.most(of: copies, beyond: resident) > limits.bytes else {
            return 0
        }
        let own = await kernel?.memory()
        heldBytes = own?.resident ?? heldBytes
        var sum = (own?.share ?? 0) - heldBytes
        for checkpoint in kept { sum += await checkpoint.kernel.memory()?.share ?? 0 }
        return max(sum, 0)
    }

    // MARK: Telling

    private func tellOnce(_ reason: String) async throws(JournalError) {
        untold = reason
        guard told.insert(reason).inserted, told.count <= 20 else { return }
        try await tell("Cells cannot be undone for now: \(reason).")
    }

    private func tell(_ text: String) async throws(JournalError) {
        try await log.record(.notice(Notice(.info, text)), at: place)
    }
}
