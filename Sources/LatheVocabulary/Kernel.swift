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

    /// Interrupts the cell under way, if any: SIGINT, then SIGKILL after the grace period.
    func interrupt()

    /// Kills the kernel and waits for its end. Its slices are released.
    func stop() async
}
