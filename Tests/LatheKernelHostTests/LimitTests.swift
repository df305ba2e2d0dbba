import Foundation
import LatheKernelHost
import LatheVocabulary
import Testing

extension KernelHostTests {
    @Suite struct Limits {
        @Test func `a cell that runs too long is interrupted with its reason, and its variables stay`() async throws {
            try await Bench.with(adjust: { $0.cellTime = .milliseconds(500) }) { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run("kept = 5\nwhile True: pass")
                #expect(result.status == .interrupted)
                #expect(result.failure?.type == "CellTimeout", "\(result)")
                #expect(result.failure?.message.contains("limits.kernel.cell in lathe.json") == true)
                #expect(result.seconds < 3)
                #expect(await kernel.run("kept", number: 2).value?.text.head == "5")
            }
        }

        @Test func `a cell that ignores its time is killed, and told why`() async throws {
            let adjust = { (configuration: inout KernelHostConfiguration) in
                configuration.cellTime = .milliseconds(300)
                configuration.interruptGrace = .milliseconds(300)
            }
            try await Bench.with(adjust: adjust) { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run("import signal; signal.signal(2, signal.SIG_IGN)\nwhile True: pass")
                #expect(result.status == .died)
                #expect(result.failure?.message.contains("longer than 0.3 s") == true, "\(result)")
            }
        }

        @Test func `waiting for a host call is not the cell's time`() async throws {
            try await Bench.with(adjust: { $0.cellTime = .milliseconds(500) }) { bench in
                let kernel = try await bench.kernel(hostCall: { _ in
                    try? await Task.sleep(for: .seconds(1))
                    return .value(["value": "answered"])
                })
                let result = await kernel.run("lathe.ask_model('hello')")
                #expect(result.status == .ok, "\(result)")
            }
        }

        @Test func `a kernel that used up its processor time says so`() async throws {
            try await Bench.with(adjust: { $0.limits.cpuSeconds = 1 }) { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run("while True: pass")
                #expect(result.status == .died)
                #expect(result.failure?.message.contains("processor time") == true, "\(result)")
                #expect(try await bench.kernel().run("1").status == .ok)
            }
        }

        @Test func `a slice does not eat the memory limit, and the limit cannot be raised`() async throws {
            let adjust = { (configuration: inout KernelHostConfiguration) in
                configuration.limits.memoryBytes = 600 << 20
            }
            try await Bench.with(adjust: adjust) { bench in
                let slice = try await bench.slice(of: "__import__('numpy').ones(50_000_000)")
                let kernel = try await bench.kernel(.subtask, slices: [slice])
                let whole = await kernel.run("data[0] = 2; held = bytearray(500 << 20); float(data.sum())")
                #expect(whole.value?.text.head == "50000001.0", "\(whole)")
                let more = await kernel.run("more = bytearray(400 << 20)", number: 2)
                #expect(more.failure?.type == "MemoryError", "\(more)")
                #expect(await kernel.run("len(held) >> 20", number: 3).value?.text.head == "500")
                let raise = "import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, 1 << 40))"
                #expect(await kernel.run(raise, number: 4).status == .error)
            }
        }

        @Test func `memory that is nearly used up is told before it is an error`() async throws {
            try await Bench.with(adjust: { $0.limits.memoryBytes = 400 << 20 }) { bench in
                let kernel = try await bench.kernel()
                let small = await kernel.run("a = bytearray(50 << 20)")
                #expect(small.variables.memory == nil, "\(small)")
                let large = await kernel.run("b = bytearray(270 << 20)", number: 2)
                let memory = try #require(large.variables.memory)
                #expect(memory.used > 300 << 20 && memory.used < memory.limit && memory.limit <= 400 << 20, "\(memory)")
                #expect(await kernel.run("del b", number: 3).variables.memory == nil)
            }
        }

        @Test func `an error that a limit caused names the limit, its value and where it is set`() async throws {
            let adjust = { (configuration: inout KernelHostConfiguration) in
                configuration.apply(KernelLimits([.memory: 300_000_000, .openFiles: 64, .file: 2_000_000]))
            }
            try await Bench.with(adjust: adjust) { bench in
                let kernel = try await bench.kernel()
                let memory = await kernel.run("kept = 1; bytearray(400_000_000)")
                #expect(memory.failure?.type == "MemoryError")
                let told = try #require(memory.failure).traceback
                #expect(told.contains("(limit memory=300MB, ") && told.contains("--limit memory=…"), "\(told)")
                let files = await kernel.run("held = [open('/dev/null') for _ in range(100)]", number: 2)
                #expect(files.failure?.message.contains("At most 64 files are open") == true, "\(files)")
                let large = await kernel.run("open('large', 'wb').write(bytes(3_000_000))", number: 3)
                #expect(large.failure?.message.contains("(limit file)") == true, "\(large)")
                #expect(await kernel.run("kept", number: 4).value?.text.head == "1")
                let other = await kernel.run("open('/nowhere')", number: 5)
                #expect(other.failure?.message.contains("limit") == false, "\(other)")
            }
        }

        @Test func `results that are only kept as results are named under pressure, and can be dropped`() async throws {
            try await Bench.with(adjust: { $0.apply(KernelLimits([.memory: 400_000_000])) }) { bench in
                let kernel = try await bench.kernel()
                let shown = await kernel.run("import numpy; numpy.ones(42_000_000)")
                let memory = try #require(shown.variables.memory)
                #expect(memory.kept == [MemoryUse.Kept(name: "_1", bytes: 336_000_000)])
                #expect(await kernel.run("%reset -f out", number: 2).variables.memory == nil)
                #expect(await kernel.run("numpy.ones(42_000_000).sum()", number: 3).status == .ok)
            }
        }

        @Test func `kernels are the first to go where the machine's memory runs out`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel(.subtask)
                #expect(await kernel.run("int(open('/proc/self/oom_score_adj').read())").value?.text.head == "500")
            }
        }

        @Test func `a work folder over its limit is named after the cell`() async throws {
            try await Bench.with(adjust: { $0.workBytes = 1 << 20 }) { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run("open('large', 'wb').write(b'x' * (4 << 20))")
                #expect(result.stderr.head.contains("--limit disk="), "\(result)")
                #expect(await kernel.run("import os; os.unlink('large')", number: 2).stderr.head.isEmpty)
            }
        }
    }
}
