internal import CSandbox
internal import Glibc
package import LatheVocabulary
internal import Synchronization

/// A place that is not the engine's own machine, as far as the port can tell: slices are copied to it, and what is sent to
/// a kernel may arrive twice, as over a network that tries again. The kernels are real ones.
package final class FarPlacement: KernelPlacement {
    /// What one place holds of a slice, by the memory files it was made of.
    private struct Kept {
        weak var copy: FarCopy?
    }

    private let near: any KernelPlacement
    private let kept = Mutex<[[ObjectIdentifier]: Kept]>([:])
    private let counts = Mutex(Counts())

    package struct Counts: Sendable, Hashable {
        /// Slices that were copied.
        package var copies = 0
        /// Copies that are held now.
        package var held = 0
        /// Cells that arrived twice.
        package var repeats = 0
        /// The types of the failures with which the second arrivals ended.
        package var refusals: Set<String> = []
    }

    package init(_ near: any KernelPlacement) { self.near = near }

    package var seen: Counts { counts.withLock { $0 } }

    package var losses: AsyncStream<KernelLoss> { near.losses }

    package func stop() async { await near.stop() }

    package func makeDataFile(bytes: Int) async throws(KernelError) -> DataFile {
        try await near.makeDataFile(bytes: bytes)
    }

    package func put(_ slice: BoundSlice) async throws(KernelError) -> PlacedSlice {
        let key = slice.references.map(ObjectIdentifier.init)
        if let copy = kept.withLock({ $0[key]?.copy }) { return PlacedSlice(slice, copy: copy) }
        let references = slice.references.compactMap(Self.copied)
        guard references.count == slice.references.count else {
            throw KernelError(.startFailed, "the slice could not be copied", underlying: errno)
        }
        let copy = FarCopy(references) { [weak self] in self?.counts.withLock { $0.held -= 1 } }
        kept.withLock { $0[key] = Kept(copy: copy) }
        counts.withLock { counts in
            counts.copies += 1
            counts.held += 1
        }
        return PlacedSlice(slice, copy: copy)
    }

    package func startKernel(
        _ start: KernelStart, hostCall: @escaping @Sendable (HostCall) async -> HostReply
    ) async throws(KernelError) -> StartedKernel {
        var far = start
        far.slices = start.slices.map { placed in
            guard let copy = placed.copy as? FarCopy else { return placed }
            let slice = placed.slice
            return PlacedSlice(
                BoundSlice(name: slice.name, manifest: slice.manifest, references: copy.references), copy: copy)
        }
        var started = try await near.startKernel(far, hostCall: hostCall)
        started.kernel = FarKernel(started.kernel) { [weak self] second in
            self?.counts.withLock { counts in
                counts.repeats += 1
                counts.refusals.insert(second.failure?.type ?? "executed")
            }
        }
        return started
    }

    private static func copied(_ reference: SliceReference) -> SliceReference? {
        let file = lathe_memory_file("far-slice")
        var status = stat()
        guard file >= 0, fstat(reference.descriptor, &status) == 0 else { return nil }
        var offset = off_t(0)
        while offset < status.st_size {
            guard sendfile(file, reference.descriptor, &offset, Int(status.st_size - offset)) > 0 else { return nil }
        }
        guard lathe_seal(file) == 0 else { return nil }
        return SliceReference(descriptor: file) { _ = close($0) }
    }
}

/// A copy of a slice's memory files at the far place.
private final class FarCopy: Sendable {
    let references: [SliceReference]
    private let onRelease: @Sendable () -> Void

    init(_ references: [SliceReference], onRelease: @escaping @Sendable () -> Void) {
        self.references = references
        self.onRelease = onRelease
    }

    deinit { onRelease() }
}

/// A kernel whose cells all arrive twice.
private final class FarKernel: Kernel {
    private let near: any Kernel
    private let secondArrival: @Sendable (CellResult) -> Void

    init(_ near: any Kernel, secondArrival: @escaping @Sendable (CellResult) -> Void) {
        self.near = near
        self.secondArrival = secondArrival
    }

    var epoch: KernelEpoch { near.epoch }

    func run(_ cell: Cell, output: @escaping @Sendable (CellOutput) -> Void) async -> CellResult {
        let result = await near.run(cell, output: output)
        if result.status != .died { secondArrival(await near.run(cell, output: output)) }
        return result
    }

    func copy(
        hostCall: (@Sendable (HostCall) async -> HostReply)?
    ) async throws(KernelError) -> KernelCopy {
        switch try await near.copy(hostCall: hostCall) {
        case .made(let copy): .made(FarKernel(copy, secondArrival: secondArrival))
        case .refused(let obstacles): .refused(obstacles)
        }
    }

    func save(into writing: any MemoryWriting) async throws(KernelError) -> MemoryDraft {
        try await near.save(into: writing)
    }

    func recall(_ memory: MemoryToRecall) async throws(KernelError) -> MemoryRecall { try await near.recall(memory) }

    func examine(_ examination: KernelExamination) async throws(KernelError) -> AdmissionReport {
        try await near.examine(examination)
    }

    func memory() async -> KernelMemory? { await near.memory() }
    func resident() async -> ResidentMemory? { await near.resident() }

    func inspect() async -> VariableListing? { await near.inspect() }

    func hasEnded() async -> Bool { await near.hasEnded() }

    func interrupt() { near.interrupt() }

    func stop() async { await near.stop() }
}
