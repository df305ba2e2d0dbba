internal import LatheKernelHost
internal import LatheStore
internal import LatheVocabulary

/// A session's kernels on the path that `lathe` takes: host, sandbox, kernel and back.
///
/// One step at a time. `end` takes away what was started; the folder of a session goes with it.
actor MeasuredKernels {
    private struct Session {
        var scratch: Scratch
        var host: KernelHost
        var kernel: any Kernel
        var cells = 1
        /// Cells that the kernel which was kept last has run since its first.
        var besides = 0
        var kept: [any Kernel] = []
        var checkpoint: (any Kernel)?
        /// Seconds that the cell took which was begun.
        var begun: Task<Double, any Error>?
    }

    private let parts: BenchParts
    private let clock = ContinuousClock()
    private var session: Session?

    init(parts: BenchParts) { self.parts = parts }

    func end() async {
        guard let session else { return }
        self.session = nil
        for kernel in session.kept { await kernel.stop() }
        await session.checkpoint?.stop()
        await session.kernel.stop()
        await session.host.stop()
        session.scratch.remove()
    }

    // MARK: From nothing

    func start(_ step: Step) async throws -> StepAnswer {
        await end()
        let scratch = try Scratch()
        do {
            return try await start(step, in: scratch)
        } catch {
            scratch.remove()
            throw error
        }
    }

    private func start(_ step: Step, in scratch: Scratch) async throws -> StepAnswer {
        let configuration = parts.configuration(folder: scratch.path)
        let began = clock.now
        let host = try await KernelHost.start(configuration)
        do {
            let start = KernelStart(role: .session, place: .coordinator, bindsInputs: true)
            let kernel = try await host.startKernel(start, hostCall: Self.refuse).kernel
            _ = try step.checked(await kernel.run(Cell(number: 1, code: step.code), output: { _ in }))
            let seconds = (clock.now - began) / .seconds(1)
            session = Session(scratch: scratch, host: host, kernel: kernel)
            return StepAnswer(seconds: [seconds])
        } catch {
            await host.stop()
            throw error
        }
    }

    // MARK: In the session's kernel

    func cells(_ step: Step) async throws -> StepAnswer {
        var answer = StepAnswer()
        for _ in 0..<step.count {
            let cell = try nextCell(step)
            let began = clock.now
            let result = await cell.kernel.run(cell.cell, output: { _ in })
            answer.seconds.append((clock.now - began) / .seconds(1))
            _ = try step.checked(result)
        }
        return answer
    }

    /// Counts the bytes that reached the store, those over its limit included.
    func output(_ step: Step) async throws -> StepAnswer {
        let cell = try nextCell(step)
        let began = clock.now
        let result = await cell.kernel.run(cell.cell, output: { _ in })
        let seconds = (clock.now - began) / .seconds(1)
        guard result.status == .ok, result.stdout.bytes == step.count, result.stdout.lost == 0 else {
            throw BenchError(
                "of \(step.count) bytes \(result.stdout.bytes) came and \(result.stdout.lost) were not kept "
                    + "(\(result.status.rawValue))")
        }
        return StepAnswer(seconds: [seconds])
    }

    func interrupt(_ step: Step) async throws -> StepAnswer {
        var answer = StepAnswer()
        for _ in 0..<step.count {
            let (kernel, cell) = try nextCell(step)
            let (output, printed) = AsyncStream.makeStream(of: CellOutput.self)
            async let running = kernel.run(cell, output: { printed.yield($0) })
            for await _ in output { break }
            // The cell is past its print and in what never ends.
            try await Task.sleep(for: .milliseconds(50))
            let began = clock.now
            kernel.interrupt()
            let result = await running
            answer.seconds.append((clock.now - began) / .seconds(1))
            guard result.status == .interrupted else {
                throw BenchError("an interrupted cell ended as \(result.status.rawValue)")
            }
        }
        return answer
    }

    // MARK: Beside another

    func begin(_ step: Step) throws {
        let (kernel, cell) = try nextCell(step)
        let clock = clock
        session?.begun = Task {
            let began = clock.now
            _ = try step.checked(await kernel.run(cell, output: { _ in }))
            return (clock.now - began) / .seconds(1)
        }
    }

    func beside(_ step: Step) async throws -> StepAnswer {
        var answer = StepAnswer()
        for _ in 0..<step.count {
            session?.besides += 1
            guard let session, let kernel = session.kept.last else { throw BenchError("no kernel was kept") }
            let cell = Cell(number: 1 + session.besides, code: step.code)
            let began = clock.now
            let result = await kernel.run(cell, output: { _ in })
            answer.seconds.append((clock.now - began) / .seconds(1))
            _ = try step.checked(result)
        }
        return answer
    }

    func finish() async throws -> StepAnswer {
        guard let begun = session?.begun else { throw BenchError("no cell was begun") }
        session?.begun = nil
        return StepAnswer(seconds: [try await begun.value])
    }

    private func nextCell(_ step: Step) throws -> (kernel: any Kernel, cell: Cell) {
        guard session != nil else { throw Self.notStarted }
        session?.cells += 1
        guard let session else { throw Self.notStarted }
        return (session.kernel, Cell(number: session.cells, code: step.code))
    }

    // MARK: Copies

    func checkpoint() async throws -> StepAnswer {
        guard let session else { throw Self.notStarted }
        await session.checkpoint?.stop()
        let began = clock.now
        let copy = try await Self.copy(of: session.kernel)
        let seconds = (clock.now - began) / .seconds(1)
        self.session?.checkpoint = copy
        return StepAnswer(seconds: [seconds])
    }

    func rollback(_ step: Step) async throws -> StepAnswer {
        guard let session, let checkpoint = session.checkpoint else { throw BenchError("there is no checkpoint") }
        let began = clock.now
        let copy = try await Self.copy(of: checkpoint)
        await session.kernel.stop()
        self.session?.kernel = copy
        let cell = try nextCell(step)
        let result = await cell.kernel.run(cell.cell, output: { _ in })
        let seconds = (clock.now - began) / .seconds(1)
        _ = try step.checked(result)
        return StepAnswer(seconds: [seconds])
    }

    private static func copy(of kernel: any Kernel) async throws -> any Kernel {
        switch try await kernel.copy(hostCall: nil) {
        case .made(let copy): return copy
        case .refused(let obstacles):
            throw BenchError("no copy: " + obstacles.map { "\($0.kind) \($0.name)" }.joined(separator: ", "))
        }
    }

    // MARK: On disk

    func save() async throws -> StepAnswer {
        guard let session else { throw Self.notStarted }
        return try await MeasuredMemory.save(session.kernel, in: MemoryFolder(path: session.scratch.path + "/memory"))
    }

    func restore(_ step: Step) async throws -> StepAnswer {
        guard let session else { throw Self.notStarted }
        let folder = MemoryFolder(path: session.scratch.path + "/memory")
        return try await MeasuredMemory.restore(step, from: folder, on: session.host)
    }

    // MARK: More kernels

    func kernel(_ step: Step) async throws -> StepAnswer {
        guard let session else { throw Self.notStarted }
        let began = clock.now
        let kernel = try await Self.first(step, of: session.host, label: "bench")
        let seconds = (clock.now - began) / .seconds(1)
        await kernel.stop()
        return StepAnswer(seconds: [seconds])
    }

    func kernels(_ step: Step) async throws -> StepAnswer {
        let (kernels, answer) = try await several(step)
        for kernel in kernels { await kernel.stop() }
        return answer
    }

    func keep(_ step: Step) async throws -> StepAnswer {
        let (kernels, answer) = try await several(step)
        session?.kept += kernels
        return answer
    }

    private func several(_ step: Step) async throws -> ([any Kernel], StepAnswer) {
        guard let session else { throw Self.notStarted }
        let began = clock.now
        let kernels = try await withThrowingTaskGroup { group in
            for number in 0..<step.count {
                group.addTask { try await Self.first(step, of: session.host, label: "bench-\(number)") }
            }
            return try await group.reduce(into: [any Kernel]()) { $0.append($1) }
        }
        return (kernels, StepAnswer(seconds: [(clock.now - began) / .seconds(1)]))
    }

    /// A kernel of a subtask that has given its first result.
    private static func first(_ step: Step, of host: KernelHost, label: String) async throws -> any Kernel {
        let start = KernelStart(role: .subtask, place: Place.coordinator.child(label), bindsInputs: false)
        let kernel = try await host.startKernel(start, hostCall: refuse).kernel
        _ = try step.checked(await kernel.run(Cell(number: 1, code: step.code), output: { _ in }))
        return kernel
    }

    private static let notStarted = BenchError("no session was started")

    private static let refuse: @Sendable (HostCall) async -> HostReply = { .error("unknown_call", $0.name) }
}
