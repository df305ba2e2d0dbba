import Foundation
import LatheKernelHost
import LatheSandbox
import LatheVocabulary
import Synchronization
import Testing

/// A real session folder with a real template in a real sandbox, gone at the end of the test.
struct Bench {
    let root: URL
    let host: KernelHost

    /// Starts a host on a fresh folder, runs `body` and stops everything, whatever happens.
    static func with(
        inputs: [DataInput] = [], adjust: (inout KernelHostConfiguration) -> Void = { _ in },
        _ body: (Bench) async throws -> Void
    ) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "lathe-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        var configuration = configuration(root: root, inputs: inputs)
        adjust(&configuration)
        let host = try await KernelHost.start(configuration)
        do {
            try await body(Bench(root: root, host: host))
        } catch {
            await host.stop()
            throw error
        }
        await host.stop()
    }

    static func configuration(root: URL, inputs: [DataInput] = []) -> KernelHostConfiguration {
        KernelHostConfiguration(
            sessionFolder: root.path, environment: repository.appending(path: ".venv").path,
            python: repository.appending(path: "python").path, kernelProgram: kernelProgram, inputs: inputs)
    }

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The program that was built with these tests.
    static var kernelProgram: String {
        repository.appending(path: ".build/debug/lathe-kernel").resolvingSymlinksInPath().path
    }

    func kernel(
        _ role: KernelRole = .session, slices: [BoundSlice] = [],
        hostCall: @escaping @Sendable (HostCall) async -> HostReply = { .error("unknown_call", $0.name) }
    ) async throws -> any Kernel {
        let place = role == .session ? Place.coordinator : Place.coordinator.child("part")
        let start = KernelStart(role: role, place: place, bindsInputs: role == .session, slices: slices.map(host.put))
        return NumberingKernel(try await host.startKernel(start, hostCall: hostCall).kernel)
    }

    /// A slice that a kernel of the session really made.
    func slice(of expression: String) async throws -> BoundSlice {
        let calls = Mutex<[HostCall]>([])
        let kernel = try await kernel(hostCall: { call in
            calls.withLock { $0.append(call) }
            return .value(["subtasks": [["id": 1, "label": "part", "uri": "subtask://1"]]])
        })
        _ = await kernel.run("lathe.delegate('look at it', 'task', data=\(expression))")
        let call = try #require(calls.withLock { $0.first })
        let manifest = try #require(call.arguments["items"]?.arrayValue?.first?["manifest"])
        await kernel.stop()
        return try #require(BoundSlice(name: "data", manifest: manifest, among: call.slices))
    }

    func whole(_ text: CapturedText) throws -> String {
        guard let file = text.file else { return text.head }
        return try String(decoding: Data(contentsOf: root.appending(path: file)), as: UTF8.self)
    }
}

extension Kernel {
    /// Runs code and collects nothing but the result. Without a number it gets the next one.
    func run(_ code: String, number: Int? = nil) async -> CellResult {
        let next = (self as? NumberingKernel)?.nextNumber ?? 1
        return await run(Cell(number: number ?? next, code: code), output: { _ in })
    }
}

/// A kernel that knows which number comes next.
private final class NumberingKernel: Kernel {
    private let kernel: any Kernel
    private let last: Mutex<Int>

    init(_ kernel: any Kernel, last: Int = 0) {
        self.kernel = kernel
        self.last = Mutex(last)
    }

    var epoch: KernelEpoch { kernel.epoch }
    var nextNumber: Int { last.withLock { $0 } + 1 }

    func run(_ cell: Cell, output: @escaping @Sendable (CellOutput) -> Void) async -> CellResult {
        last.withLock { $0 = max($0, cell.number) }
        return await kernel.run(cell, output: output)
    }

    func copy(
        hostCall: (@Sendable (HostCall) async -> HostReply)?
    ) async throws(KernelError) -> KernelCopy {
        switch try await kernel.copy(hostCall: hostCall) {
        case .made(let copy): .made(NumberingKernel(copy, last: last.withLock { $0 }))
        case .refused(let obstacles): .refused(obstacles)
        }
    }

    func save(into writing: any MemoryWriting) async throws(KernelError) -> MemoryDraft {
        try await kernel.save(into: writing)
    }

    func recall(_ memory: MemoryToRecall) async throws(KernelError) -> MemoryRecall { try await kernel.recall(memory) }

    func examine(_ examination: KernelExamination) async throws(KernelError) -> AdmissionReport {
        try await kernel.examine(examination)
    }

    func memory() async -> KernelMemory? { await kernel.memory() }

    func resident() async -> ResidentMemory? { await kernel.resident() }

    func inspect() async -> VariableListing? { await kernel.inspect() }

    func hasEnded() async -> Bool { await kernel.hasEnded() }

    func interrupt() { kernel.interrupt() }

    func stop() async { await kernel.stop() }
}

/// Collects what a cell says while it runs.
final class Collected: Sendable {
    private let seen = Mutex<[CellOutput]>([])

    func add(_ output: CellOutput) { seen.withLock { $0.append(output) } }

    var all: [CellOutput] { seen.withLock { $0 } }

    var text: String {
        all.compactMap { if case .text(_, let text) = $0 { text } else { nil } }.joined()
    }

    /// Waits until the text holds `part`; false after ten seconds.
    func waits(for part: String) async -> Bool {
        for _ in 0..<1000 {
            if text.contains(part) { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
