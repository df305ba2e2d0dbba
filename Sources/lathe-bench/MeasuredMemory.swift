internal import LatheKernelHost
internal import LatheStore
internal import LatheVocabulary
internal import Synchronization

/// Saving the memory of a kernel and taking it up in another, on the path that `lathe` takes.
enum MeasuredMemory {
    /// A copy of the kernel, saved until all is durable.
    ///
    /// The value is the seconds for which the kernel itself was held up, and the most bytes that saving added to the memory.
    static func save(_ kernel: any Kernel, in folder: MemoryFolder) async throws -> StepAnswer {
        let before = await kernel.memory()?.share ?? 0
        let began = ContinuousClock.now
        guard case .made(let copy) = try await kernel.copy(hostCall: nil) else { throw BenchError("no copy") }
        let held = ContinuousClock.now - began
        let most = Mutex(0)
        let watch = Task {
            while !Task.isCancelled {
                let both = (await kernel.memory()?.share ?? 0) + (await copy.memory()?.share ?? 0)
                most.withLock { $0 = max($0, both) }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        defer { watch.cancel() }
        let writing = try folder.begin(limit: 1 << 40)
        let draft = try await copy.save(into: writing)
        _ = try writing.finish(
            draft.parts, index: draft.index, path: [MemoryStep(cell: 1)], inputs: [], content: draft.content)
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let extra = max(most.withLock { $0 } - before, 0)
        return StepAnswer(seconds: [seconds], value: "\(held / .seconds(1)) \(extra) \(draft.written)")
    }

    /// A new kernel with the newest save, to the result of the code.
    static func restore(_ step: Step, from folder: MemoryFolder, on host: KernelHost) async throws -> StepAnswer {
        let began = ContinuousClock.now
        guard let save = folder.saves().saves.first else { throw BenchError("nothing was saved") }
        let start = KernelStart(role: .session, place: .coordinator, bindsInputs: false)
        let kernel = try await host.startKernel(start) { .error("unknown_call", $0.name) }.kernel
        let memory = MemoryToRecall(save: save, files: try folder.open(save), cells: [], pure: [])
        guard case .restored = try await kernel.recall(memory) else { throw BenchError("the save was refused") }
        _ = try step.checked(await kernel.run(Cell(number: 1, code: step.code), output: { _ in }))
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        await kernel.stop()
        return StepAnswer(seconds: [seconds])
    }
}
