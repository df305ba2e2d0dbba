/// Forks kernels for one session. One template per open session; the inputs are mounted when it starts.
package protocol KernelTemplate: Sendable {
    /// Forks a kernel, binds its inputs and slices, and returns when it is ready for a cell.
    ///
    /// `hostCall` answers the kernel's host calls; it may be called while `run` is under way and blocks only that kernel.
    func startKernel(
        _ start: KernelStart,
        hostCall: @escaping @Sendable (HostCall) async -> HostReply
    ) async throws(KernelError) -> StartedKernel

    /// Kills every kernel and the template, and waits until they are gone.
    func stop() async
}

/// A kernel: one interpreter, one namespace, one cell at a time.
package protocol Kernel: Sendable {
    /// Runs one cell. Death and interruption are results, not errors; after `.died` every further cell ends `.died`.
    ///
    /// `output` sees bounded chunks in order; the whole is in the files that the result names.
    func run(_ cell: Cell, output: @escaping @Sendable (CellOutput) -> Void) async -> CellResult

    /// Interrupts the cell under way, if any: SIGINT, then SIGKILL after the grace period.
    func interrupt()

    /// Kills the kernel and waits for its end. Its slices are released.
    func stop() async
}
