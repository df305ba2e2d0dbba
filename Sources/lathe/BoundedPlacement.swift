internal import LatheVocabulary

/// Kernels whose cells are stopped after the time for which they ran when they were recorded, where they were stopped then:
/// what a user or a limit ended is not run to an end that it never had.
struct BoundedPlacement: KernelPlacement {
    /// Seconds by place and cell.
    typealias Bounds = [Place: [Int: Double]]

    let placement: any KernelPlacement
    let bounds: Bounds

    func put(_ slice: BoundSlice) async throws(KernelError) -> PlacedSlice { try await placement.put(slice) }
    func makeDataFile(bytes: Int) async throws(KernelError) -> DataFile {
        try await placement.makeDataFile(bytes: bytes)
    }
    var losses: AsyncStream<KernelLoss> { placement.losses }
    func stop() async { await placement.stop() }

    func startKernel(
        _ start: KernelStart, hostCall: @escaping @Sendable (HostCall) async -> HostReply
    ) async throws(KernelError) -> StartedKernel {
        var started = try await placement.startKernel(start, hostCall: hostCall)
        if let own = bounds[start.place] { started.kernel = BoundedKernel(kernel: started.kernel, bounds: own) }
        return started
    }

    /// Of the cells of a recorded session that were stopped or never finished.
    static func bounds(_ events: [Event]) -> Bounds {
        var begun: [Place: [Int: Double]] = [:]
        var bounds: Bounds = [:]
        for event in events {
            switch event.body {
            case .cellStarted(let cell): begun[event.place, default: [:]][cell.number] = event.time
            case .cellFinished(let result):
                begun[event.place]?[result.number] = nil
                if result.wasStopped { bounds[event.place, default: [:]][result.number] = result.seconds }
            default: break
            }
        }
        let end = events.last?.time ?? 0
        for (place, cells) in begun {
            for (number, start) in cells { bounds[place, default: [:]][number] = max(0, end - start) }
        }
        return bounds
    }
}

/// A kernel that interrupts some of its cells by the clock.
private struct BoundedKernel: Kernel {
    let kernel: any Kernel
    let bounds: [Int: Double]
    /// A cell gets at least so long, so that what it did before it hung can happen on a slower machine.
    private static let least = 1.0

    var epoch: KernelEpoch { kernel.epoch }
    func memory() async -> KernelMemory? { await kernel.memory() }
    func resident() async -> ResidentMemory? { await kernel.resident() }
    func inspect() async -> VariableListing? { await kernel.inspect() }
    func hasEnded() async -> Bool { await kernel.hasEnded() }
    func interrupt() { kernel.interrupt() }
    func stop() async { await kernel.stop() }
    func recall(_ memory: MemoryToRecall) async throws(KernelError) -> MemoryRecall { try await kernel.recall(memory) }
    func save(into writing: any MemoryWriting) async throws(KernelError) -> MemoryDraft {
        try await kernel.save(into: writing)
    }

    func examine(_ examination: KernelExamination) async throws(KernelError) -> AdmissionReport {
        try await kernel.examine(examination)
    }

    func run(_ cell: Cell, output: @escaping @Sendable (CellOutput) -> Void) async -> CellResult {
        guard let seconds = bounds[cell.number] else { return await kernel.run(cell, output: output) }
        let clock = Task { [kernel] in
            try await Task.sleep(for: .seconds(max(seconds, Self.least)))
            kernel.interrupt()
        }
        defer { clock.cancel() }
        return await kernel.run(cell, output: output)
    }

    func copy(hostCall: (@Sendable (HostCall) async -> HostReply)?) async throws(KernelError) -> KernelCopy {
        switch try await kernel.copy(hostCall: hostCall) {
        case .made(let copy): return .made(BoundedKernel(kernel: copy, bounds: bounds))
        case .refused(let obstacles): return .refused(obstacles)
        }
    }
}
