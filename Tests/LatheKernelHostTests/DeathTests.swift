import Foundation
import LatheVocabulary
import Testing

extension KernelHostTests {
    @Suite struct Deaths {
        @Test(arguments: [
            ("import os; os.abort()", "SIGABRT"), ("import os; os._exit(3)", "exit code 3"),
            ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
            ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ])
        func `a death in a cell is told with its cause, and others live on`(code: String, cause: String) async throws {
            try await Bench.with { bench in
                let bystander = try await bench.kernel(.subtask)
                let kernel = try await bench.kernel()
                let result = await kernel.run("print('before', flush=True)\n" + code)
                #expect(result.status == .died)
                #expect(result.failure?.type == "KernelDied")
                #expect(result.failure?.message.contains(cause) == true, "\(result.failure?.message ?? "")")
                #expect(result.stdout.head == "before\n")
                if cause == "SIGSEGV" { #expect(result.stderr.head.contains("Segmentation fault")) }
                let next = await kernel.run("1", number: 2)
                #expect(next.status == .died)
                #expect(await bystander.run("2").value?.text.head == "2")
                let successor = try await bench.kernel()
                #expect(await successor.run("3").value?.text.head == "3")
            }
        }

        @Test func `sys.exit in a cell does not end the kernel`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                _ = await kernel.run("import sys; sys.exit(4)")
                #expect(await kernel.run("7", number: 2).value?.text.head == "7")
            }
        }

        @Test func `a death inside a host call ends the cell and cancels the call`() async throws {
            try await Bench.with { bench in
                let collected = Collected()
                let kernel = try await bench.kernel(hostCall: { _ in
                    collected.add(.text(.stdout, "called"))
                    try? await Task.sleep(for: .seconds(60))
                    collected.add(.text(.stdout, Task.isCancelled ? "cancelled" : "slept"))
                    return .value([:])
                })
                let code = """
                    import os, threading, time
                    threading.Thread(target=lambda: (time.sleep(0.5), os._exit(9))).start()
                    lathe.ask_model("hello")
                    """
                let result = await kernel.run(code)
                #expect(result.status == .died)
                #expect(result.failure?.message.contains("exit code 9") == true)
                #expect(await collected.waits(for: "cancelled"))
            }
        }

        @Test func `an idle kernel's death is told at the next cell`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                _ = await kernel.run(
                    """
                    import os, threading, time
                    def end_when_told():
                        while not os.path.exists('end'): time.sleep(0.01)
                        os._exit(5)
                    threading.Thread(target=end_when_told).start()
                    """)
                try Data().write(to: bench.root.appending(path: "work/session/end"))
                try await Task.sleep(for: .seconds(1))
                var result = await kernel.run("1", number: 2)
                // A busy machine may give the thread its turn later.
                for number in 3..<200 where result.status == .ok {
                    try await Task.sleep(for: .milliseconds(50))
                    result = await kernel.run("1", number: number)
                }
                #expect(result.status == .died)
                #expect(result.failure?.message.contains("exit code 5") == true)
            }
        }

        @Test func `memory beyond the limit is a MemoryError, and the kernel survives`() async throws {
            try await Bench.with(adjust: { $0.limits.memoryBytes = 256 << 20 }) { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run("b = bytearray(1 << 30)")
                #expect(result.failure?.type == "MemoryError")
                #expect(await kernel.run("1", number: 2).status == .ok)
            }
        }

        @Test func `when the template dies every kernel is told, and so is who wants another`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                async let result = kernel.run("import time; time.sleep(60)")
                try await Task.sleep(for: .milliseconds(200))
                kill(try #require(await bench.host.sandboxProcess()), SIGKILL)
                #expect(await result.status == .died)
                await #expect(throws: KernelError.self) { try await bench.kernel() }
            }
        }

        @Test func `cancelling the start of a kernel ends the wait and the kernel`() async throws {
            try await Bench.with { bench in
                let source = """
                    \"""Slow.\"""
                    import time
                    INSTRUCTIONS = "Wait."
                    RETURNS = {"type": "string"}
                    def prepare(data):
                        time.sleep(60)
                    """
                let slice = try await bench.slice(of: "[1, 2, 3]")
                let start = Task {
                    let order = KernelStart(
                        role: .subtask, place: .coordinator.child("slow"), bindsInputs: false,
                        slices: [bench.host.put(slice)],
                        agent: "slow")
                    return try await bench.host.startKernel(order) { call in
                        guard call.name == "capability" else { return .error("unknown_call", call.name) }
                        return .value([
                            "kind": "agent", "name": "slow", "sha256": "00", "path": "agents/slow.py",
                            "source": .string(source),
                        ])
                    }
                }
                try await Task.sleep(for: .milliseconds(500))
                start.cancel()
                let error = await #expect(throws: KernelError.self) { _ = try await start.value }
                #expect(error?.code == .cancelled)
                #expect(await (try bench.kernel(.subtask)).run("1").status == .ok)
            }
        }

        @Test func `kernels that were forked ahead and died are replaced`() async throws {
            try await Bench.with { bench in
                let killer = try await bench.kernel()
                #expect(await killer.run("1").status == .ok)
                try await Task.sleep(for: .milliseconds(300))
                let sandbox = try #require(await bench.host.sandboxProcess())
                for process in Self.kernels(below: sandbox) { kill(process, SIGKILL) }
                try await Task.sleep(for: .milliseconds(300))
                // On a busy machine the template may not have reaped them yet, and one of them is picked.
                let next = try #require(
                    await Self.firstStarted(within: 20) { try? await bench.kernel(.subtask) })
                #expect(await next.run("2").value?.text.head == "2")
                #expect(await killer.run("3", number: 2).status == .died, "it was among the killed")
            }
        }

        @Test func `stopping kills a running cell and leaves no process`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                async let result = kernel.run("import time; time.sleep(60)")
                try await Task.sleep(for: .milliseconds(200))
                let sandbox = try #require(await bench.host.sandboxProcess())
                let processes = [sandbox] + Self.kernels(below: sandbox)
                #expect(processes.count > 1)
                await bench.host.stop()
                #expect(await result.status == .died)
                try await Task.sleep(for: .milliseconds(200))
                #expect(processes.filter(Self.isAlive).isEmpty)
            }
        }

        @Test func `kernels come and go without leaving descriptors`() async throws {
            try await Bench.with { bench in
                let open = { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
                let warm = try await bench.kernel(.subtask)
                await warm.stop()
                try await Task.sleep(for: .milliseconds(500))
                let before = try open()
                for _ in 0..<50 {
                    let kernel = try await bench.kernel(.subtask)
                    #expect(await kernel.run("1").status == .ok)
                    await kernel.stop()
                }
                try await Task.sleep(for: .milliseconds(500))
                // Other suites of this process open and close descriptors meanwhile; fifty kernels that each leave one show.
                for _ in 0..<600 where try open() >= before + 40 { try await Task.sleep(for: .milliseconds(100)) }
                #expect(try open() < before + 40)
            }
        }

        /// The processes three levels below bubblewrap: its own first process, the template, its kernels.
        private static func kernels(below sandbox: pid_t) -> [pid_t] {
            (0..<3).reduce([sandbox]) { parents, _ in
                parents.flatMap { parent in
                    let path = "/proc/\(parent)/task/\(parent)/children"
                    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                    return text.split(separator: " ").compactMap { pid_t($0) }
                }
            }
        }

        /// Asks again every tenth of a second until a kernel starts, at most `tries` times.
        private static func firstStarted<Kernel>(within tries: Int, _ start: () async -> Kernel?) async -> Kernel? {
            for _ in 0..<tries {
                if let kernel = await start() { return kernel }
                try? await Task.sleep(for: .milliseconds(100))
            }
            return nil
        }

        private static func isAlive(_ process: pid_t) -> Bool {
            let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ") Z"
            return !status.contains(") Z")
        }
    }
}
