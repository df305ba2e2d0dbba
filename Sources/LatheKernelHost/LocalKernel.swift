private import CSandbox
private import Glibc
internal import LatheVocabulary
private import LatheWire
private import Synchronization

/// One kernel as the engine holds it. The kernel is killed when its last reference goes.
final class LocalKernel: Kernel {
    private let loop: HostLoop
    /// The template's number of this kernel, once it has one.
    private let number = Mutex<Int?>(nil)

    private let workFolder: WorkFolder?
    private let watch: ResourceWatch

    init(loop: HostLoop, watch: ResourceWatch, workFolder: WorkFolder?) {
        self.loop = loop
        self.watch = watch
        self.workFolder = workFolder
    }

    deinit {
        if let number = number.withLock({ $0 }) { _ = loop.submit { $0.kernel(number)?.forget() } }
    }

    /// Called when a forked kernel becomes this one, by who holds the loop's conversation.
    func assign(_ number: Int) { self.number.withLock { $0 = number } }

    /// 0 until it is started, which nobody outside sees.
    var epoch: KernelEpoch { KernelEpoch(rawValue: number.withLock { $0 } ?? 0) }

    func cancelStart() { submit { $0?.cancelStart() } }

    func run(_ cell: Cell, output: @escaping @Sendable (CellOutput) -> Void) async -> CellResult {
        var result = await answer(to: cell, output: output)
        workFolder?.check(&result)
        result.variables.together = watch.pressure
        return result
    }

    private func answer(to cell: Cell, output: @escaping @Sendable (CellOutput) -> Void) async -> CellResult {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let run = CellOrder(cell: cell, output: output, continuation: continuation)
                let isOpen = submit { kernel in
                    if let kernel { kernel.run(run) } else { run.resume(died: KernelEnd(cause: .stopped)) }
                }
                if !isOpen { run.resume(died: KernelEnd(cause: .stopped)) }
                // Cancelled before now, the interrupt came when no cell ran, and did nothing.
                if Task.isCancelled { interrupt() }
            }
        } onCancel: {
            interrupt()
        }
    }

    func copy(
        hostCall: (@Sendable (HostCall) async -> HostReply)?
    ) async throws(KernelError) -> KernelCopy {
        let handle = LocalKernel(loop: loop, watch: watch, workFolder: workFolder)
        let outcome: Result<KernelCopy, KernelError> = await withCheckedContinuation { continuation in
            let order = CopyOrder(hostCall: hostCall, handle: handle, continuation: continuation)
            let isOpen = submit { kernel in
                if let kernel { kernel.copy(order) } else { order.fail("the kernel is gone") }
            }
            if !isOpen { order.fail("the session's kernels have been stopped") }
        }
        return try outcome.get()
    }

    func save(into writing: any MemoryWriting) async throws(KernelError) -> MemoryDraft {
        var ends: [Int32] = [-1, -1]
        guard lathe_output_pipe(&ends) == 0 else {
            throw KernelError(.saveFailed, "no descriptors are left for saving", underlying: errno)
        }
        let (reader, writer) = (OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1]))
        _ = lathe_widen_pipe(reader.raw)
        let receiver = MemoryReceiver(pipe: reader, writing: writing)
        let parts = Task { () -> Result<[MemoryPart], KernelError> in
            do throws(KernelError) {
                return .success(try await receiver.receive())
            } catch {
                return .failure(error)
            }
        }
        let told = await withTaskCancellationHandler {
            await answer { kernel, continuation in
                let order = SaveOrder(known: writing.known, continuation: continuation)
                guard let kernel else { return order.fail("the kernel is gone") }
                kernel.save(order, to: writer)
            }
        } onCancel: {
            receiver.stop()
        }
        if case .failure = told { receiver.stop() }
        let received = await parts.value
        return try KernelMessages.draft(
            told.get(), known: writing.known, new: { () throws(KernelError) in try received.get() })
    }

    func recall(_ memory: MemoryToRecall) async throws(KernelError) -> MemoryRecall {
        let told = await answer { kernel, continuation in
            let order = RecallOrder(memory: memory, continuation: continuation)
            guard let kernel else { return order.fail("the kernel is gone") }
            kernel.recall(order)
        }
        return KernelMessages.recall(try told.get())
    }

    func examine(_ examination: KernelExamination) async throws(KernelError) -> AdmissionReport {
        let told = await withTaskCancellationHandler {
            await answer { kernel, continuation in
                let order = ExaminationOrder(examination: examination, continuation: continuation)
                guard let kernel else { return order.fail("the kernel is gone") }
                kernel.examine(order)
            }
        } onCancel: {
            submit { $0?.kill(.stopped) }
        }
        return try KernelMessages.report(try told.get(), of: examination.proposal)
    }

    private func answer(
        _ ask: @escaping @Sendable (KernelLine?, CheckedContinuation<Result<JSONValue, KernelError>, Never>) -> Void
    ) async -> Result<JSONValue, KernelError> {
        await withCheckedContinuation { continuation in
            let isOpen = submit { ask($0, continuation) }
            if !isOpen {
                continuation.resume(
                    returning: .failure(KernelError(.saveFailed, "the session's kernels have been stopped")))
            }
        }
    }

    func memory() async -> KernelMemory? { await process().flatMap(ProcessMemory.use(of:)) }

    func resident() async -> ResidentMemory? { await process().flatMap(ProcessMemory.resident(of:)) }

    private func process() async -> Int32? {
        await withCheckedContinuation { continuation in
            let isOpen = submit { continuation.resume(returning: $0?.process) }
            if !isOpen { continuation.resume(returning: nil) }
        }
    }

    func hasEnded() async -> Bool {
        await withCheckedContinuation { continuation in
            let isOpen = submit { continuation.resume(returning: $0?.isOver ?? true) }
            if !isOpen { continuation.resume(returning: true) }
        }
    }

    func inspect() async -> VariableListing? {
        await withCheckedContinuation { continuation in
            let isOpen = submit { kernel in
                if let kernel { kernel.inspect(continuation) } else { continuation.resume(returning: nil) }
            }
            if !isOpen { continuation.resume(returning: nil) }
        }
    }

    func interrupt() { submit { $0?.interrupt() } }

    func stop() async {
        await withCheckedContinuation { continuation in
            let isOpen = submit { kernel in
                if let kernel { kernel.stop(continuation) } else { continuation.resume() }
            }
            if !isOpen { continuation.resume() }
        }
    }

    @discardableResult
    private func submit(_ work: @escaping @Sendable (KernelLine?) -> Void) -> Bool {
        // The number is read where the work is done, after the work that assigns it.
        loop.submit { [self] line in work(number.withLock { $0 }.flatMap { line.kernel($0) }) }
    }
}
