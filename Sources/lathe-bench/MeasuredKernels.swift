internal import Foundation
internal import LatheKernelHost
internal import LatheVocabulary

/// A session's kernels on the path that `lathe` takes: host, sandbox, kernel and back.
///
/// One step at a time. `end` takes away what was started; the folder of a session goes with it.
actor MeasuredKernels {
    private struct Session {
        var folder: String
        var host: KernelHost
        var kernel: any Kernel
        var cells = 1
    }

    private let root: String
    private let kernelProgram: String
    private let clock = ContinuousClock()
    private var session: Session?

    init(root: String, kernelProgram: String) {
        self.root = root
        self.kernelProgram = kernelProgram
    }

    /// The seconds that a step took; as many figures as it has repetitions.
    func measure(_ step: Step) async throws -> [Double] {
        switch step.name {
        case .start: [try await start(step)]
        case .cells: try await cells(step)
        case .kernel: [try await kernel(step)]
        case .kernels: [try await kernels(step)]
        case .stop:
            await {
                await end(); return []
            }()
        }
    }

    func end() async {
        guard let session else { return }
        self.session = nil
        await session.kernel.stop()
        await session.host.stop()
        try? FileManager.default.removeItem(atPath: session.folder)
    }

    private func start(_ step: Step) async throws -> Double {
        await end()
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        do {
            return try await start(step, in: folder)
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    private func start(_ step: Step, in folder: String) async throws -> Double {
        let configuration = KernelHostConfiguration(
            sessionFolder: folder, environment: root + "/.venv", python: root + "/python",
            kernelProgram: kernelProgram, library: folder + "/generated-capabilities")
        let began = clock.now
        let host = try await KernelHost.start(configuration)
        do {
            let start = KernelStart(role: .session, place: .coordinator, bindsInputs: true)
            let kernel = try await host.startKernel(start, hostCall: Self.refuse).kernel
            try await Self.run(step, in: kernel, number: 1)
            let seconds = (clock.now - began) / .seconds(1)
            session = Session(folder: folder, host: host, kernel: kernel)
            return seconds
        } catch {
            await host.stop()
            throw error
        }
    }

    private func cells(_ step: Step) async throws -> [Double] {
        guard var session else { throw Self.notStarted }
        var seconds: [Double] = []
        for _ in 0..<step.count {
            session.cells += 1
            let began = clock.now
            try await Self.run(step, in: session.kernel, number: session.cells)
            seconds.append((clock.now - began) / .seconds(1))
        }
        self.session = session
        return seconds
    }

    private func kernel(_ step: Step) async throws -> Double {
        guard let session else { throw Self.notStarted }
        let began = clock.now
        let kernel = try await Self.first(step, of: session.host, label: "bench")
        let seconds = (clock.now - began) / .seconds(1)
        await kernel.stop()
        return seconds
    }

    private func kernels(_ step: Step) async throws -> Double {
        guard let session else { throw Self.notStarted }
        let began = clock.now
        let kernels = try await withThrowingTaskGroup { group in
            for number in 0..<step.count {
                group.addTask { try await Self.first(step, of: session.host, label: "bench-\(number)") }
            }
            return try await group.reduce(into: [any Kernel]()) { $0.append($1) }
        }
        let seconds = (clock.now - began) / .seconds(1)
        for kernel in kernels { await kernel.stop() }
        return seconds
    }

    /// A kernel of a subtask that has given its first result.
    private static func first(_ step: Step, of host: KernelHost, label: String) async throws -> any Kernel {
        let start = KernelStart(role: .subtask, place: Place.coordinator.child(label), bindsInputs: false)
        let kernel = try await host.startKernel(start, hostCall: refuse).kernel
        try await run(step, in: kernel, number: 1)
        return kernel
    }

    private static func run(_ step: Step, in kernel: any Kernel, number: Int) async throws {
        let result = await kernel.run(Cell(number: number, code: step.code), output: { _ in })
        guard result.status == .ok, result.value?.text.head == step.expected else {
            let got = result.value?.text.head ?? result.failure?.message ?? "nothing"
            throw BenchError("the code gave \(got), not \(step.expected)")
        }
    }

    private static let notStarted = BenchError("no session was started")

    private static let refuse: @Sendable (HostCall) async -> HostReply = { .error("unknown_call", $0.name) }
}
