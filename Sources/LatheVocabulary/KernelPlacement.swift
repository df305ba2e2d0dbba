/// Where a session's kernels run: today the local sandbox, later perhaps nodes of a cluster.
///
/// The engine sees kernels and slices through this port alone. It keeps three promises, whatever is behind it: a cell is
/// executed at most once per epoch and number; a slice stays the engine's, so that losing a place loses copies and never data;
/// a kernel that ends on its own is told as a loss that says what may have been executed. Nothing is run again in silence.
package protocol KernelPlacement: Sendable {
    /// Makes a slice ready to be mapped by kernels of this place, once for however many of them.
    ///
    /// The local place maps the engine's own memory files and copies nothing. A second call with the same slice is free.
    /// What a place keeps is released with the last reference to the result.
    func put(_ slice: BoundSlice) async throws(KernelError) -> PlacedSlice

    /// Makes an empty memory file of a fixed size that a kernel of this place can write a data result into.
    func makeDataFile(bytes: Int) async throws(KernelError) -> DataFile

    /// Starts a kernel near the slices of `start`, maps them, binds inputs, and returns when it is ready for a cell.
    ///
    /// `hostCall` answers the kernel's host calls; it may be called while `run` is under way and blocks only that kernel.
    func startKernel(
        _ start: KernelStart,
        hostCall: @escaping @Sendable (HostCall) async -> HostReply
    ) async throws(KernelError) -> StartedKernel

    /// Kernels that ended without being told to. For one reader; ends after `stop`.
    var losses: AsyncStream<KernelLoss> { get }

    /// Kills every kernel of the session, and waits until they are gone.
    func stop() async
}

/// A slice that a place has at hand.
package struct PlacedSlice: Sendable {
    package let slice: BoundSlice
    /// What the place holds of it, released with the last reference; nil where kernels map the engine's own memory files.
    package let copy: (any AnyObject & Sendable)?

    package init(_ slice: BoundSlice, copy: (any AnyObject & Sendable)? = nil) {
        self.slice = slice
        self.copy = copy
    }
}
