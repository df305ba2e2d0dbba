import Foundation
import LatheKernelHost
import LatheSandbox
import LatheTestSupport
import LatheVocabulary
import Synchronization
import Testing

/// A real session with things worth reaching: a secret file of the host, an input, another kernel and a listening socket.
struct Prison {
    let host: KernelHost
    let folder: URL
    let witness: any Kernel
    private let outside: URL
    private let input: URL
    private let door: FrontDoor
    /// Copies that attempts asked for: the newest few are kept, as an engine would.
    private let copies = KeptCopies()
    private let target: String
    private let tools: ToolTrap

    static let secret = "swordfish-\(UUID().uuidString)"
    static let memory: UInt64 = 512 << 20

    /// Opens a session with small limits, so that bombs take seconds, and puts the witness in it.
    static func with(_ body: (Prison) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lathe-escape-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let outside = folder.appending(path: "secret")
        try secret.write(to: outside, atomically: true, encoding: .utf8)
        let input = folder.appending(path: "input.csv")
        try "a\n1\n".write(to: input, atomically: true, encoding: .utf8)
        let session = folder.appending(path: "session")
        try FileManager.default.createDirectory(
            at: session.appending(path: "generated-capabilities"), withIntermediateDirectories: true)
        // Where long results of tools are kept.
        try FileManager.default.createDirectory(
            at: session.appending(path: "tools"), withIntermediateDirectories: true)
        var configuration = try BuiltParts.find().configuration(
            folder: session.path, inputs: [DataInput(name: "table", path: input.path, format: .csv)])
        configuration.limits.memoryBytes = memory
        configuration.limits.fileBytes = memory
        configuration.limits.temporaryBytes = 300 << 20
        configuration.limits.sharedMemoryBytes = 300 << 20
        configuration.limits.processes = 300
        configuration.totalBytes = 4 << 30
        configuration.limits.openFiles = 1024
        configuration.cellTime = .seconds(8)
        configuration.interruptGrace = .seconds(1)
        configuration.workBytes = 64 << 20
        let host = try await KernelHost.start(configuration)
        do {
            let tools = try ToolTrap(folder: folder.appending(path: "project"), session: session.path, host: host)
            let prison = try await Prison(host: host, folder: session, outside: outside, input: input, tools: tools)
            let result: Result<Void, any Error>
            do { result = .success(try await body(prison)) } catch { result = .failure(error) }
            await tools.close()
            try result.get()
        } catch {
            await host.stop()
            throw error
        }
        await host.stop()
    }

    private init(host: KernelHost, folder: URL, outside: URL, input: URL, tools: ToolTrap) async throws {
        (self.host, self.folder, self.outside, self.input, self.tools) = (host, folder, outside, input, tools)
        door = try FrontDoor()
        let start = KernelStart(role: .subtask, place: Place.coordinator.child("witness"), bindsInputs: false)
        witness = try await host.startKernel(start) { _ in .error("unknown_call", "none") }.kernel
        let pid = await witness.run(
            Cell(number: 1, code: "import os; untouched = 'yes'; open('witness', 'w').write('yes'); os.getpid()")
        ) { _ in }
        let process = try #require(pid.value?.text.head)
        target = """
            target = {"secret": '\(outside.path)', "folder": '\(folder.path)', \
            "session": '\(SandboxLayout.work)/session', "work": '\(SandboxLayout.work)', "input": '/data/0/input.csv', \
            "witness": \(process), "port": \(door.port), "abstract": '\\0\(door.name)', "memory": \(Self.memory), \
            "work_limit": \(64 << 20)}
            """
    }

    /// A kernel that knows what there is to reach; a subtask's has a slice called `data`.
    func kernel(_ role: KernelRole, _ prelude: String) async throws -> any Kernel {
        try await start(role, prelude).kernel
    }

    /// A copy of such a kernel; the kernel itself is gone.
    func copiedKernel(_ role: KernelRole, _ prelude: String) async throws -> any Kernel {
        let (origin, current) = try await start(role, prelude)
        guard case .made(let copy) = try await origin.copy(hostCall: nil) else { throw FrontDoor.Unavailable() }
        current.kernel.withLock { $0 = copy }
        await origin.stop()
        return copy
    }

    private func start(_ role: KernelRole, _ prelude: String) async throws -> (
        kernel: any Kernel, current: CurrentKernel
    ) {
        let start: KernelStart =
            switch role {
            case .session: KernelStart(role: role, place: .coordinator, bindsInputs: true)
            case .subtask:
                KernelStart(
                    role: role, place: Place.coordinator.child("attempt"), bindsInputs: false,
                    slices: [host.put(try await slice())])
            }
        let current = CurrentKernel()
        let kernel = try await host.startKernel(start) { call in
            if call.name == "slow" { try? await Task.sleep(for: .seconds(30)) }
            if call.name == "copy", let kernel = current.kernel.withLock({ $0 }) {
                return await copies.make(of: kernel)
            }
            if ["tools", "tool", "tool_call"].contains(call.name) {
                return await tools.answer(call, at: start.place)
            }
            return .error("unknown_call", "there is no engine")
        }.kernel
        current.kernel.withLock { $0 = kernel }
        let ready = await kernel.run(Cell(number: 1, code: target + "\n" + prelude)) { _ in }
        try #require(ready.status == .ok, "\(ready)")
        return (kernel, current)
    }

    /// An array of a million numbers that another kernel handed over.
    private func slice() async throws -> BoundSlice {
        if let made = Self.made.withLock({ $0 }) { return made }
        let calls = Mutex<HostCall?>(nil)
        let start = KernelStart(role: .session, place: .coordinator, bindsInputs: false)
        let sender = try await host.startKernel(start) { call in
            calls.withLock { $0 = call }
            return .value(["subtasks": [["id": 1, "label": "part", "uri": "subtask://1"]]])
        }.kernel
        let code = "import numpy; lathe.delegate('look at it', 'task', data=numpy.ones(1_000_000))"
        _ = await sender.run(Cell(number: 1, code: code)) { _ in }
        await sender.stop()
        let call = try #require(calls.withLock { $0 })
        let manifest = try #require(call.arguments["items"]?.arrayValue?.first?["manifest"])
        let slice = try #require(BoundSlice(name: "data", manifest: manifest, among: call.slices))
        Self.made.withLock { $0 = slice }
        return slice
    }

    /// The number of the witness's last cell.
    private static let checks = Mutex(1)
    private static let made = Mutex<BoundSlice?>(nil)

    /// What is no longer as it was; empty where everything outside the attempting kernel is untouched.
    func harm() async throws -> [String] {
        var harm = try tools.harm()
        let number = Self.checks.withLock { checks in
            checks += 1
            return checks
        }
        let alive = await witness.run(Cell(number: number, code: "untouched + open('witness').read()")) { _ in }
        if alive.value?.text.head != "'yesyes'" { harm.append("the witness: \(alive)") }
        if try String(contentsOf: outside, encoding: .utf8) != Self.secret { harm.append("the secret file") }
        if try String(contentsOf: input, encoding: .utf8) != "a\n1\n" { harm.append("the input") }
        let entries = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        if entries != ["artifacts", "generated-capabilities", "outputs", "tools", "work"] {
            harm.append("the session: \(entries)")
        }
        let library = folder.appending(path: "generated-capabilities").path
        if try !FileManager.default.contentsOfDirectory(atPath: library).isEmpty { harm.append("the library") }
        if door.wasOpened { harm.append("something connected to the host") }
        if try await sum() != "1000000.0" { harm.append("the slice") }
        return harm
    }

    /// Takes away what attempts left in the work folder, so that each finds the same.
    func clean() {
        let work = folder.appending(path: "work/session")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: work.path)) ?? []
        for name in names { try? FileManager.default.removeItem(at: work.appending(path: name)) }
    }

    /// What a fresh subtask reads in the slice.
    private func sum() async throws -> String? {
        let start = KernelStart(
            role: .subtask, place: Place.coordinator.child("fresh"), bindsInputs: false,
            slices: [host.put(try await slice())])
        let fresh = try await host.startKernel(start) { _ in .error("unknown_call", "none") }.kernel
        defer { Task { await fresh.stop() } }
        return await fresh.run(Cell(number: 1, code: "float(data.sum()).__repr__()")) { _ in }.value?.text.head
            .trimmingCharacters(in: ["'"])
    }
}
