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

    /// Drops the data of subtasks that neither the kernel nor a checkpoint knows of, since nobody could take or drop it; also
    /// of those that still run.
    func letGoOfUnreachableData() async {
        var known = await knownSubtasks()
        for checkpoint in kept { known.formUnion(checkpoint.subtasks) }
        let makers = await desk.delegation.registry.places(of: place, outside: known)
        if !makers.isEmpty { desk.delegation.data.abandon(makers) }
    }
}
