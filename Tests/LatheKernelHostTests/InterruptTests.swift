import LatheVocabulary
import Synchronization
import Testing

extension KernelHostTests {
    @Suite struct Interrupts {
        @Test func `an interrupted cell ends at once and keeps its variables`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let collected = Collected()
                let code = "kept = 1\nprint('go', flush=True)\nwhile True: pass"
                async let result = kernel.run(Cell(number: 1, code: code), output: collected.add)
                #expect(await collected.waits(for: "go"))
                kernel.interrupt()
                #expect(await result.status == .interrupted)
                #expect(await kernel.run("kept", number: 2).value?.text.head == "1")
            }
        }

        @Test func `an interrupt sent with the cell is not lost`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                for number in 1...10 {
                    async let result = kernel.run("while True: pass", number: number)
                    try await Task.sleep(for: .milliseconds(number))
                    kernel.interrupt()
                    #expect(await result.status == .interrupted)
                }
            }
        }

        @Test func `an idle kernel is not disturbed by an interrupt`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                _ = await kernel.run("x = 5")
                kernel.interrupt()
                #expect(await kernel.run("x", number: 2).value?.text.head == "5")
            }
        }

        @Test func `a cell that ignores interrupts is killed after the grace period`() async throws {
            try await Bench.with(adjust: { $0.interruptGrace = .milliseconds(500) }) { bench in
                let kernel = try await bench.kernel()
                let collected = Collected()
                let code = """
                    import signal
                    signal.signal(signal.SIGINT, signal.SIG_IGN)
                    print('go', flush=True)
                    while True: pass
                    """
                async let result = kernel.run(Cell(number: 1, code: code), output: collected.add)
                #expect(await collected.waits(for: "go"))
                kernel.interrupt()
                let died = await result
                #expect(died.status == .died)
                #expect(died.failure?.message.contains("did not end after an interrupt") == true)
                #expect(died.stdout.head == "go\n")
            }
        }

        @Test func `a cell waiting in a host call can be interrupted`() async throws {
            try await Bench.with { bench in
                let collected = Collected()
                let kernel = try await bench.kernel(hostCall: { _ in
                    collected.add(.text(.stdout, "called"))
                    try? await Task.sleep(for: .seconds(60))
                    return .error("cancelled", "too late")
                })
                async let result = kernel.run("lathe.ask_model('hello')")
                #expect(await collected.waits(for: "called"))
                kernel.interrupt()
                #expect(await result.status == .interrupted)
                #expect(await kernel.run("1 + 1", number: 2).value?.text.head == "2")
            }
        }

        @Test func `a task that was cancelled before its cell began interrupts the cell all the same`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let work = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await kernel.run("while True: pass")
                }
                #expect(await work.value.status == .interrupted)
                #expect(await kernel.run("1+1", number: 2).value?.text.head == "2")
            }
        }

        @Test func `a copy is interrupted as its origin is, and so is a copy that was made during a cell`() async throws
        {
            try await Bench.with { bench in
                let origin = Mutex<(any Kernel)?>(nil)
                let made = Mutex<(any Kernel)?>(nil)
                let kernel = try await bench.kernel(hostCall: { _ in
                    guard let kernel = origin.withLock({ $0 }), let copy = try? await kernel.copied() else {
                        return .error("failed", "no copy")
                    }
                    made.withLock { $0 = copy }
                    return .value(["value": 1])
                })
                origin.withLock { $0 = kernel }
                #expect(await kernel.run("kept = 1; lathe.ask_model('copy me')").status == .ok)
                origin.withLock { $0 = nil }
                let duringCell = try #require(made.withLock { $0 })
                for copy in [try await kernel.copied(), try await duringCell.copied(), duringCell, kernel] {
                    let collected = Collected()
                    let code = "print('go', flush=True)\nwhile True: pass"
                    async let result = copy.run(Cell(number: 2, code: code), output: collected.add)
                    #expect(await collected.waits(for: "go"))
                    copy.interrupt()
                    #expect(await result.status == .interrupted)
                    #expect(await copy.run("kept", number: 3).value?.text.head == "1")
                }
            }
        }

        @Test func `cancelling the task that runs a cell interrupts the cell`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let task = Task { await kernel.run("import time; time.sleep(60)") }
                try await Task.sleep(for: .milliseconds(300))
                task.cancel()
                #expect(await task.value.status == .interrupted)
            }
        }
    }
}
