/// A kernel: one interpreter, one namespace, one cell at a time.
package protocol Kernel: Sendable {
    /// Which life of a kernel this is, among all of its placement.
    var epoch: KernelEpoch { get }

    /// Runs one cell. Death and interruption are results, not errors; after `.died` every further cell ends `.died`.
    ///
    /// Numbers only rise: a cell whose number this kernel has been given before, or a higher one, is not executed again and ends
    /// with the failure `CellRepeated`.
    /// `output` sees bounded chunks in order; the whole is in the files that the result names.
    func run(_ cell: Cell, output: @escaping @Sendable (CellOutput) -> Void) async -> CellResult

    /// Makes a frozen copy of the kernel as it is now: its whole namespace, by copy-on-write, in milliseconds.
    ///
    /// Asked for while no cell runs, or by the cell under way itself, which then waits in a host call: the copy never goes on with
    /// that cell. Files, subtasks and whatever else is outside the kernel's memory are not part of it. A copy's host calls
    /// are answered by `hostCall`, or as the kernel's own where it is nil. Throws where the kernel or its place is gone.
    func copy(
        hostCall: (@Sendable (HostCall) async -> HostReply)?
    ) async throws(KernelError) -> KernelCopy

    /// What it holds of the machine's memory; nil where that cannot be told. Takes some milliseconds per gigabyte.
    func memory() async -> KernelMemory?

    /// The part of it that is resident; nil where that cannot be told. Takes less than a millisecond.
    func resident() async -> ResidentMemory?

    /// The variables as they are now; nil where a cell runs or the kernel has ended.
    func inspect() async -> VariableListing?

    /// Writes the working memory as parts of a save; the kernel is of no more use afterwards. For a copy, or a kernel that is
    /// about to be stopped.
    ///
    /// Throws where the kernel cannot, or is gone.
    func save(into writing: any MemoryWriting) async throws(KernelError) -> MemoryDraft

    /// Takes up a saved memory. For a kernel that has run nothing yet.
    func recall(_ memory: MemoryToRecall) async throws(KernelError) -> MemoryRecall

    /// Runs a proposal, each part of it in a process of its own. For a kernel that has run nothing and holds nothing; it is of
    /// no more use afterwards.
    ///
    /// Only `findings`, `tests` and `mutation` of the report are filled. What the kernel says is bounded and checked for its form;
    /// it is the word of a process in which the proposal ran. Throws where the kernel died or did not answer in time, which may
    /// be the proposal's doing, and where the answer is no report.
    func examine(_ examination: KernelExamination) async throws(KernelError) -> AdmissionReport

    /// Whether it has ended, by itself or not. Costs no word with the kernel.
    func hasEnded() async -> Bool

    /// Interrupts the cell under way, if any: SIGINT, then SIGKILL after the grace period.
    func interrupt()

    /// Kills the kernel and waits for its end. Its slices are released.
    func stop() async
}
