import Foundation
import LatheVocabulary
import Testing

@testable import LatheKernelHost

extension KernelHostTests {
    /// What no limit of a process counts: memory files, shared memory, all kernels together, the disk.
    @Suite struct Watch {
        private static func limited(_ limits: [KernelLimit: Int]) -> (inout KernelHostConfiguration) -> Void {
            { $0.apply(KernelLimits(limits)) }
        }

        @Test(arguments: [
            // Written through descriptors, mapped and closed, shared without a file.
            """
            import os
            for _ in range(100):
                held.append(os.memfd_create("bomb"))
                os.write(held[-1], bytes(20_000_000))
                time.sleep(0.02)
            """,
            """
            import mmap, os
            for _ in range(100):
                file = os.memfd_create("bomb")
                os.ftruncate(file, 20_000_000)
                held.append(mmap.mmap(file, 20_000_000))
                held[-1].write(bytes(20_000_000))
                os.close(file)
                time.sleep(0.02)
            """,
            """
            import mmap
            for _ in range(100):
                held.append(mmap.mmap(-1, 20_000_000))
                held[-1].write(bytes(20_000_000))
                time.sleep(0.02)
            """,
        ])
        func `a kernel that takes memory as files ends with the reason, and the others go on`(code: String) async throws
        {
            try await Bench.with(adjust: Self.limited([.memory: 300_000_000])) { bench in
                let other = try await bench.kernel()
                _ = await other.run("kept = 1")
                let kernel = try await bench.kernel(.subtask)
                let result = await kernel.run("import time; held = []\n\(code)\ntime.sleep(20)")
                #expect(result.status == .died, "\(result)")
                let told = result.failure?.message ?? ""
                #expect(
                    told.contains("memory files and shared mappings took") && told.contains("limit memory=300MB"),
                    "\(told)")
                #expect(result.seconds < 15)
                #expect(await other.run("kept", number: 2).value?.text.head == "1")
            }
        }

        @Test func `memory files below the limit, and slices, cost no kernel its life`() async throws {
            try await Bench.with(adjust: Self.limited([.memory: 400_000_000])) { bench in
                let slice = try await bench.slice(of: "__import__('numpy').ones(35_000_000)")
                let kernel = try await bench.kernel(.subtask, slices: [slice])
                let code = """
                    import os, time
                    held = os.memfd_create("mine")
                    os.write(held, bytes(250_000_000))
                    time.sleep(2.5)
                    float(data.sum())
                    """
                #expect(await kernel.run(code).value?.text.head == "35000000.0")
            }
        }

        @Test func `over the limit of all kernels the largest is ended, and told so`() async throws {
            try await Bench.with(adjust: Self.limited([.memory: 900_000_000, .total: 1_300_000_000])) { bench in
                let (small, large) = (try await bench.kernel(.subtask), try await bench.kernel(.subtask))
                let first = await small.run("import numpy; held = numpy.ones(50_000_000); float(held.sum())")
                #expect(first.status == .ok, "\(first)")
                let result = await large.run("import numpy, time; held = numpy.ones(100_000_000); time.sleep(20)")
                #expect(result.status == .died, "\(result)")
                let told = result.failure?.message ?? ""
                #expect(
                    told.contains("All kernels of the session together used") && told.contains("limit total=1.3GB"),
                    "\(told)")
                #expect(result.seconds < 15)
                #expect(await small.run("float(held.sum())", number: 2).value?.text.head == "50000000.0")
            }
        }

        @Test func `memory of all kernels that is nearly used up is told before it is an error`() async throws {
            try await Bench.with(adjust: Self.limited([.memory: 1_000_000_000, .total: 1_300_000_000])) { bench in
                let kernel = try await bench.kernel()
                #expect(await kernel.run("1").variables.together == nil)
                let result = await kernel.run(
                    "import numpy, time; held = numpy.ones(115_000_000); time.sleep(2)", number: 2)
                let together = try #require(result.variables.together, "\(result)")
                #expect(
                    together.limit == 1_300_000_000 && together.used > 975_000_000 && together.used < together.limit)
            }
        }

        @Test(arguments: [
            "file = open(f'fill-{number}', 'wb')",
            // Without a name nothing in the folder shows it.
            "file = open('fill', 'wb'); held.append(file); __import__('os').unlink('fill')",
        ])
        func `a cell that fills the work folder is interrupted, and the next one can clean up`(open: String)
            async throws
        {
            try await Bench.with(adjust: Self.limited([.disk: 50_000_000])) { bench in
                let kernel = try await bench.kernel()
                let code = """
                    import time; held = []; kept = 3
                    for number in range(1000):
                        \(open)
                        file.write(bytes(10_000_000)); file.flush()
                        time.sleep(0.02)
                    """
                let result = await kernel.run(code)
                #expect(result.status == .interrupted, "\(result)")
                #expect(result.failure?.type == "DiskLimit")
                #expect(result.failure?.traceback.contains("limit disk=50MB") == true, "\(result)")
                let clean = """
                    import glob, os, time
                    for file in held: file.close()
                    for name in glob.glob("fill-*"): os.unlink(name)
                    time.sleep(1.5)
                    kept
                    """
                let cleaned = await kernel.run(clean, number: 2)
                #expect(cleaned.value?.text.head == "3", "\(cleaned)")
                #expect(cleaned.stderr.head.isEmpty, "\(cleaned)")
            }
        }

        @Test func `a folder that is too full already interrupts no cell that adds nothing`() async throws {
            try await Bench.with(adjust: Self.limited([.disk: 20_000_000])) { bench in
                let kernel = try await bench.kernel()
                let code = "import os, time\nopen('large', 'wb').write(bytes(60_000_000))"
                _ = await kernel.run(code)
                let next = await kernel.run("time.sleep(2.5); 'went on'", number: 2)
                #expect(next.value?.text.head == "'went on'", "\(next)")
                #expect(next.stderr.head.contains("limit disk"))
            }
        }

        @Test func `a fork bomb beside other kernels is ended, and they can start threads again`() async throws {
            try await Bench.with(adjust: Self.limited([.processes: 120])) { bench in
                let other = try await bench.kernel()
                let kernel = try await bench.kernel(.subtask)
                let bomb = """
                    import os, time
                    def fork():
                        try:
                            if os.fork() == 0:
                                time.sleep(60)
                        except OSError:
                            time.sleep(0.01)
                    while True: fork()
                    """
                let result = await kernel.run(bomb)
                #expect(result.status == .died, "\(result)")
                #expect(result.failure?.message.contains("(limit processes)") == true, "\(result)")
                // Its processes end a moment after it, in the background.
                let threads = """
                    import time
                    from concurrent.futures import ThreadPoolExecutor
                    for _ in range(200):
                        try:
                            with ThreadPoolExecutor(8) as pool: total = sum(pool.map(abs, range(10)))
                            break
                        except RuntimeError:
                            time.sleep(0.1)
                    total
                    """
                #expect(await other.run(threads).value?.text.head == "45")
            }
        }

        @Test func `what a subtask left in memory goes with it`() async throws {
            try await Bench.with(adjust: Self.limited([.tmp: 100_000_000])) { bench in
                let fill = """
                    import time
                    for attempt in range(100):
                        try:
                            with open("large", "wb") as file: file.write(bytes(70_000_000))
                            break
                        except OSError:
                            time.sleep(0.1)
                    attempt < 99
                    """
                for _ in 0..<3 {
                    let kernel = try await bench.kernel(.subtask)
                    #expect(await kernel.run(fill).value?.text.head == "True")
                    await kernel.stop()
                }
            }
        }

        @Test func `fallocate is refused, and what needs it writes instead`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let code = """
                    import os
                    with open("reserved", "wb") as file:
                        os.posix_fallocate(file.fileno(), 0, 3_000_000)
                    os.path.getsize("reserved")
                    """
                #expect(await kernel.run(code).value?.text.head == "3000000")
            }
        }
    }
}

/// The rules alone, on figures.
@Suite struct ResourceJudgeTests {
    private let judge = ResourceJudge(totalBytes: 1_000, processes: 100, temporaryEntries: 50, machineFloor: 10)

    private func roll(_ numbers: [Int]) -> SandboxRoll {
        SandboxRoll(
            sandbox: 1,
            kernels: numbers.map {
                .init(
                    number: $0, process: Int32($0), role: .subtask, work: .init(kernel: $0, cell: 1),
                    limits: KernelLimits([.memory: 500]),
                    given: [])
            }, slices: [:])
    }

    private func verdict(
        _ kernels: [SandboxUse.Kernel], total: UInt64 = 0, tasks: Int = 0, entries: Int = 0, available: UInt64 = 100
    ) -> Int? {
        var use = SandboxUse()
        (use.kernels, use.totalBytes, use.tasks, use.temporaryEntries) = (kernels, total, tasks, entries)
        var judge = judge
        switch judge.verdict(use, roll(kernels.map(\.number)), machineAvailable: available) {
        case .end(let kernel, _): return kernel
        case .interrupt, nil: return nil
        }
    }

    @Test func `nothing happens below the limits`() {
        let kernels = [SandboxUse.Kernel(number: 1, privateBytes: 400, sharedBytes: 500, tasks: 60)]
        #expect(verdict(kernels, total: 1_000, tasks: 90, entries: 50) == nil)
    }

    @Test func `each limit names the kernel that has most of it`() {
        let kernels = [
            SandboxUse.Kernel(number: 1, privateBytes: 450, sharedBytes: 0, tasks: 60, ticks: 5),
            SandboxUse.Kernel(number: 2, privateBytes: 100, sharedBytes: 400, tasks: 5, ticks: 9),
        ]
        #expect(verdict(kernels, total: 1_001) == 2)
        #expect(verdict(kernels, tasks: 95) == 1)
        #expect(verdict(kernels, entries: 51) == 2)
        #expect(verdict(kernels, available: 9) == 2)
        // Large arrays are memory files, too: as much again is what both may have together.
        #expect(verdict([.init(number: 3, privateBytes: 0, sharedBytes: 1_000)]) == nil)
        #expect(verdict([.init(number: 3, privateBytes: 0, sharedBytes: 1_001)]) == 3)
        #expect(verdict([.init(number: 3, privateBytes: 500, sharedBytes: 501)]) == 3)
        #expect(verdict([.init(number: 3, privateBytes: 510, sharedBytes: 500)]) == nil)
    }

    @Test func `descriptors that stay under way in a socket end their kernel, those that pass through do not`() {
        var judge = judge
        var use = SandboxUse()
        use.kernels = [.init(number: 1, underWay: 2)]
        let start = ContinuousClock.now
        func told(_ milliseconds: Int) -> Bool {
            judge.verdict(use, roll([1]), machineAvailable: 100, now: start + .milliseconds(milliseconds)) != nil
        }
        #expect(!told(0) && !told(1400))
        use.kernels[0].underWay = 0
        #expect(!told(1600))
        use.kernels[0].underWay = 1
        #expect(!told(1700) && !told(3100) && told(3300))
    }

    @Test func `names that a kernel left in /tmp are not held against the next one`() {
        var judge = judge
        var use = SandboxUse()
        use.kernels = [.init(number: 1)]
        use.temporaryEntries = 60
        #expect(judge.verdict(use, roll([1]), machineAvailable: 100) != nil)
        #expect(judge.verdict(use, roll([1]), machineAvailable: 100) == nil)
        use.temporaryEntries = 200_000
        #expect(judge.verdict(use, roll([1]), machineAvailable: 100) != nil)
    }

    @Test func `a kernel that has little is not ended for what is just being given back`() {
        #expect(verdict([.init(number: 1, privateBytes: 90)], total: 5_000) == nil)
        #expect(verdict([.init(number: 1, privateBytes: 110)], total: 5_000) == 1)
    }

    @Test func `who is alone is left to the clean error of the limit itself`() {
        #expect(verdict([.init(number: 1, tasks: 99)], tasks: 100) == nil)
    }
}
