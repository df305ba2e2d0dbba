package import LatheVocabulary
internal import Synchronization

/// A place whose kernels are no processes: what a cell does is a closure of the test's. For what is about the engine alone and
/// needs thousands of cells.
package final class TwinPlacement: KernelPlacement {
    /// Runs a cell at a place; its host calls are answered as a real kernel's are.
    package typealias Work =
        @Sendable (Place, Cell, _ call: @Sendable (HostCall) async -> HostReply) async -> CellResult

    private let work: Work
    private let epochs = Mutex(0)
    package let losses: AsyncStream<KernelLoss>
    private let lossEnd: AsyncStream<KernelLoss>.Continuation

    package init(_ work: @escaping Work) {
        self.work = work
        (losses, lossEnd) = AsyncStream.makeStream()
    }

    package func put(_ slice: BoundSlice) -> PlacedSlice { PlacedSlice(slice) }

    package func makeDataFile(bytes: Int) throws(KernelError) -> DataFile {
        throw KernelError(.startFailed, "there are no data files here")
    }

    package func startKernel(
        _ start: KernelStart, hostCall: @escaping @Sendable (HostCall) async -> HostReply
    ) -> StartedKernel {
        let epoch = epochs.withLock { epochs in
            epochs += 1
            return epochs
        }
        let kernel = TwinKernel(
            epoch: KernelEpoch(rawValue: epoch), place: start.place, work: work, hostCall: hostCall)
        return StartedKernel(kernel: kernel, variables: VariableListing(), problems: [])
    }

    package func stop() { lossEnd.finish() }
}

private struct TwinKernel: Kernel {
    let epoch: KernelEpoch
    let place: Place
    let work: TwinPlacement.Work
    let hostCall: @Sendable (HostCall) async -> HostReply

    func run(_ cell: Cell, output: @escaping @Sendable (CellOutput) -> Void) async -> CellResult {
        await work(place, cell, hostCall)
    }

    func copy(hostCall: (@Sendable (HostCall) async -> HostReply)?) -> KernelCopy {
        .refused([CopyObstacle(kind: "twin", name: "no process", mend: "none")])
    }

    func save(into writing: any MemoryWriting) throws(KernelError) -> MemoryDraft {
        throw KernelError(.saveFailed, "a twin has no memory")
    }

    func recall(_ memory: MemoryToRecall) -> MemoryRecall { .refused("a twin has no memory") }
    func examine(_ examination: KernelExamination) throws(KernelError) -> AdmissionReport {
        throw KernelError(.examinationFailed, "a twin runs nothing")
    }
    func memory() -> KernelMemory? { nil }
    func resident() -> ResidentMemory? { nil }
    func inspect() -> VariableListing? { VariableListing() }
    func hasEnded() -> Bool { false }
    func interrupt() {}
    func stop() async {}
}
