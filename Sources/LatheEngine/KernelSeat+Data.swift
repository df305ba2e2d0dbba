internal import LatheVocabulary

/// Data results that only a working memory knew of which was gone back from.
extension KernelSeat {
    /// The numbers of the subtasks that the kernel may know of, as it is now: those of the checkpoint it was made of, and all
    /// since.
    func knownSubtasks() async -> RangeSet<Int> {
        let newest = await desk.delegation.registry.newestID
        var known = inheritedSubtasks
        if ownSubtasksBegin <= newest { known.insert(contentsOf: ownSubtasksBegin..<(newest + 1)) }
        return known
    }

    /// Notes that the kernel is as a checkpoint was.
    func inherit(_ subtasks: RangeSet<Int>) async {
        inheritedSubtasks = subtasks
        ownSubtasksBegin = await desk.delegation.registry.newestID + 1
    }

    private func reachableSubtasks() async -> RangeSet<Int> {
        var known = await knownSubtasks()
        for checkpoint in kept { known.formUnion(checkpoint.subtasks) }
        return known
    }

    /// Stops work in the background that was begun in cells which are undone and that nothing kept knows of, and says so: what
    /// a call had done by then stands.
    func stopUnreachableWork() async throws(JournalError) {
        let stopped = await desk.delegation.registry.undo(of: place, outside: await reachableSubtasks())
        guard !stopped.isEmpty else { return }
        let listed = stopped.prefix(8).map { $0.singleLine(upTo: 80) }.joined(separator: ", ")
        let more = stopped.count > 8 ? " and \(stopped.count - 8) more" : ""
        try await warn(
            "Stopped, since the cell that began it is undone: \(listed)\(more). What calls had done by then stands.")
    }

    /// Drops the data of subtasks that neither the kernel nor a checkpoint knows of, since nobody could take or drop it; also
    /// of those that still run.
    func letGoOfUnreachableData() async {
        let known = await reachableSubtasks()
        let makers = await desk.delegation.registry.places(of: place, outside: known)
        if !makers.isEmpty { desk.delegation.data.abandon(makers) }
    }
}
