import Foundation
import LatheVocabulary
import Synchronization
import Testing

extension KernelHostTests {
    @Suite struct Copies {
        @Test(arguments: KernelRole.all)
        func `a copy is the kernel as it was, and neither reaches the other`(role: KernelRole) async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel(role)
                _ = await kernel.run("import numpy; numbers = numpy.arange(1000); words = {'a': [1]}")
                let copy = try await kernel.copied()
                _ = await kernel.run("numbers[:] = 0; words['a'].append(2); other = 1", number: 2)
                let seen = await copy.run("(int(numbers.sum()), words, 'other' in globals())", number: 2)
                #expect(seen.value?.text.head == "(499500, {'a': [1]}, False)", "\(seen)")
                _ = await copy.run("words['a'].append(3)", number: 3)
                #expect(await kernel.run("words", number: 3).value?.text.head == "{'a': [1, 2]}")
                #expect(copy.epoch != kernel.epoch)
            }
        }

        @Test func `a copy outlives its origin, speaks on streams of its own and can be copied again`() async throws {
            try await Bench.with { bench in
                var kernel = try await bench.kernel()
                _ = await kernel.run("import random; random.seed(3); count = 0")
                let expected = await (try kernel.copied()).run("random.random()", number: 2).value?.text.head
                for generation in 1...5 {
                    let copy = try await kernel.copied()
                    await kernel.stop()
                    let result = await copy.run("count += 1; print('copy', count); count", number: generation + 1)
                    #expect(result.stdout.head == "copy \(generation)\n", "\(result)")
                    #expect(result.value?.text.head == "\(generation)")
                    kernel = copy
                }
                #expect(await kernel.run("random.random()", number: 20).value?.text.head == expected)
                let figure = await kernel.run("import matplotlib.pyplot as plt; plt.plot([1, 2])", number: 21)
                #expect(figure.artifacts.count == 1, "\(figure)")
                let awaited = await kernel.run("import asyncio; await asyncio.sleep(0.01); 5", number: 22)
                #expect(awaited.value?.text.head == "5")
                #expect(await (try kernel.copied()).run("await asyncio.sleep(0.01); 6", number: 23).status == .ok)
            }
        }

        static let obstacles = [
            (
                "import threading, time; t = threading.Thread(target=time.sleep, args=(60,), name='waits'); t.start()",
                "'waits'"
            ),
            ("import polars as pl; pl.DataFrame({'a': [1, 2]}).group_by('a').len()", "lathe.apart"),
            ("import duckdb; duckdb.sql('select sum(range) from range(10000000)').fetchall()", "default_connection"),
            ("import subprocess; p = subprocess.Popen(['sleep', '60'])", "(sleep)"),
            ("import subprocess; p = subprocess.Popen(['true']); import time; time.sleep(0.3)", "wait for it"),
            ("f = open('log.txt', 'w'); f.write('half')", "log.txt"),
            ("import sqlite3; c = sqlite3.connect('s.db'); c.execute('create table t(a)')", "s.db"),
            ("import socket; a, b = socket.socketpair()", "connection"),
            ("import os; r, w = os.pipe()", "pipe"),
            ("import asyncio; loop = asyncio.new_event_loop()", "event loop"),
            ("import multiprocessing; lock = multiprocessing.Lock()", "multiprocessing"),
            ("import mmap; m = mmap.mmap(-1, 4096)", "shared writable memory"),
            ("import numpy; m = numpy.memmap('m.bin', dtype='f8', mode='w+', shape=(10,))", "m.bin"),
        ]

        @Test(arguments: obstacles)
        func `what a copy could not keep is named, and the kernel goes on`(code: String, name: String) async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run(code)
                #expect(result.status == .ok, "\(result)")
                guard case .refused(let obstacles) = try await kernel.copy(hostCall: nil) else {
                    Issue.record("a copy was made")
                    return
                }
                let said = obstacles.map { "\($0.kind): \($0.name); \($0.mend)" }.joined(separator: "\n")
                #expect(said.contains(name), "\(said)")
                #expect(await kernel.run("6 * 7", number: 2).value?.text.head == "42")
            }
        }

        @Test func `what is mended is no obstacle any more`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let codes = [
                    "import duckdb; n = duckdb.sql('select count(*) from range(10000000)').fetchall()[0][0]; duckdb.default_connection().close()",
                    "import pandas as pd, pyarrow as pa, pyarrow.parquet as pq; f = pd.DataFrame({'a': range(100_000)}); "
                        + "f.to_parquet('f.parquet'); t = pq.read_table('f.parquet', use_threads=True); f.to_csv('f.csv')",
                    "import pyarrow.csv; c = pyarrow.csv.read_csv('f.csv'); import numpy as np; a = np.random.rand(500, 500) @ np.ones((500, 500))",
                    "!true",
                    "from concurrent.futures import ThreadPoolExecutor as T\nwith T(4) as t: list(t.map(sum, [[1]] * 100))",
                ]
                for (index, code) in codes.enumerated() {
                    let result = await kernel.run(code, number: index + 1)
                    #expect(result.status == .ok, "\(code)\n\(result)")
                    _ = try await kernel.copied()
                }
                let copy = try await kernel.copied()
                await kernel.stop()
                // Arrow's pools and BLAS work on in the copy.
                let result = await copy.run(
                    "(n, pq.read_table('f.parquet', use_threads=True).num_rows, pyarrow.csv.read_csv('f.csv').num_rows, int((a @ a).shape[0]), "
                        + "duckdb.sql('select 5').fetchall()[0][0])", number: 20)
                #expect(result.value?.text.head == "(10000000, 100000, 100000, 500, 5)", "\(result)")
            }
        }

        @Test func `polars works apart, and the kernel can be copied before and after`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let code = """
                    import sys, pandas as pd
                    frame = pd.DataFrame({"a": [1, 2, 2], "b": [1.0, 2.0, 4.0]})
                    def means(data):
                        import polars as pl
                        print("apart")
                        return {"means": pl.from_pandas(data).group_by("a").agg(pl.col("b").mean()).sort("a")}
                    result = lathe.apart(means, frame)["means"]
                    (type(result).__name__, result.to_pydict(), "polars" in sys.modules)
                    """
                let result = await kernel.run(code)
                #expect(result.value?.text.head == "('Table', {'a': [1, 2], 'b': [1.0, 3.0]}, False)", "\(result)")
                #expect(result.stdout.head == "apart\n")
                let copy = try await kernel.copied()
                #expect(await copy.run("result.num_rows", number: 2).value?.text.head == "2")
                let failed = await copy.run("lathe.apart(lambda: 1 / 0)", number: 3)
                #expect(failed.failure?.type == "ZeroDivisionError", "\(failed)")
                let ended = await copy.run("import os; lathe.apart(lambda: os._exit(3))", number: 4)
                #expect(ended.failure?.message.contains("exit code 3") == true, "\(ended)")
                let late = await copy.run("means(frame); lathe.apart(means, frame)", number: 5)
                #expect(late.failure?.message.contains("polars's thread") == true, "\(late)")
            }
        }

        @Test func `a copy has no right that its origin has not`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel(.subtask)
                let copy = try await kernel.copied()
                let look = """
                    import os, resource
                    status = [l.split() for l in open('/proc/self/status') if l.startswith(('Cap', 'Seccomp:', 'NoNewPrivs', 'Uid', 'Gid'))]
                    limits = [resource.getrlimit(one) for one in range(16)]
                    (status, limits, os.getcwd(), os.environ['TMPDIR'])
                    """
                let (one, other) = (await kernel.run(look, number: 2), await copy.run(look, number: 2))
                #expect(one.value?.text.head == other.value?.text.head && one.status == .ok, "\(one) \(other)")
                for code in [
                    "import socket; socket.socket()", "!ls", "import os; os.listdir('/data')", "import os; os.setsid()",
                ] {
                    #expect(await copy.run(code).status == .error, "\(code)")
                }
            }
        }

        @Test func `a file that is read goes on at its own place in the copy`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                _ = await kernel.run(
                    "open('r.txt', 'w').write('abcdef' * 5000); f = open('r.txt', 'rb', buffering=0); f.read(2)")
                let copy = try await kernel.copied()
                #expect(await kernel.run("f.read(3)", number: 2).value?.text.head == "b'cde'")
                #expect(await copy.run("f.read(1)", number: 2).value?.text.head == "b'c'")
            }
        }

        @Test func `a copy made by a cell has what was there then, and never goes on with that cell`() async throws {
            try await Bench.with { bench in
                let copies = Mutex<[any Kernel]>([])
                let origin = Mutex<(any Kernel)?>(nil)
                let kernel = try await bench.kernel(hostCall: { _ in
                    guard let kernel = origin.withLock({ $0 }),
                        case .made(let copy)? = try? await kernel.copy(hostCall: nil)
                    else { return .error("failed", "no copy") }
                    copies.withLock { $0.append(copy) }
                    return .value(["value": 1])
                })
                origin.withLock { $0 = kernel }
                let code = """
                    steps = [1]
                    try:
                        lathe.ask_model("copy me")
                        steps.append(2)
                    finally:
                        open('unwound.txt', 'a').write('x')
                    """
                #expect(await kernel.run(code).status == .ok)
                origin.withLock { $0 = nil }
                let copy = try #require(copies.withLock { $0.first })
                #expect(await kernel.run("steps", number: 2).value?.text.head == "[1, 2]")
                let result = await copy.run("import os; (steps, os.path.getsize('unwound.txt'))", number: 2)
                #expect(result.value?.text.head == "([1], 1)", "\(result)")
                await copy.stop()
                #expect(
                    try String(contentsOf: bench.root.appending(path: "work/session/unwound.txt"), encoding: .utf8)
                        == "x")
            }
        }

        @Test func `everything that a kernel or its copy started ends with it`() async throws {
            // None is forked meanwhile: processes are counted.
            try await Bench.with(adjust: { $0.forkedAhead = 0 }) { bench in
                let kernel = try await bench.kernel()
                _ = await kernel.run("import os, time")
                let copy = try await kernel.copied()
                let start = """
                    import ctypes
                    # CLONE_PARENT with SIGCHLD: a sibling of the kernel, by its own choice.
                    if ctypes.CDLL(None).syscall(56, 0x8000 | 17, 0, 0, 0, 0) == 0:
                        time.sleep(60); os._exit(0)
                    child = os.fork()
                    if child == 0:
                        if os.fork(): os._exit(0)
                        time.sleep(60); os._exit(0)
                    os.waitpid(child, 0); os.getpgrp()
                    """
                let groups = [await kernel.run(start, number: 2), await copy.run(start, number: 2)]
                    .compactMap { $0.value?.text.head }
                #expect(Set(groups).count == 2, "\(groups)")
                let sandbox = try #require(await bench.host.sandboxProcess())
                let both = Self.processes(below: sandbox).count
                await kernel.stop()
                #expect(await Self.waits { Self.processes(below: sandbox).count <= both - 3 })
                #expect(await copy.run("1", number: 3).status == .ok)
                await copy.stop()
                #expect(await Self.waits { Self.processes(below: sandbox).count <= both - 6 })
            }
        }

        @Test func `copies that nobody holds are gone, and leave no process and no descriptor`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                _ = await kernel.run("a = bytearray(10 << 20)")
                for _ in 0..<3 { _ = try await kernel.copied() }
                let sandbox = try #require(await bench.host.sandboxProcess())
                try await Task.sleep(for: .milliseconds(500))
                let before = Self.processes(below: sandbox).count
                let open = { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
                let descriptors = try open()
                for _ in 0..<50 { _ = try await kernel.copied() }
                // On a busy machine a few kernels that are kept ready are forked only after `before` was counted.
                #expect(await Self.waits { Self.processes(below: sandbox).count <= before + 5 })
                #expect(await Self.waits { ((try? open()) ?? 0) < descriptors + 40 })
                #expect(
                    await kernel.run("import os; sorted(os.listdir('/proc/self/fd'))", number: 2).value?.text.head
                        == "['0', '1', '2', '3', '4']")
            }
        }

        @Test func `five hundred checkpoints and rollbacks in a row leave nothing behind`() async throws {
            try await Bench.with { bench in
                var kernel = try await bench.kernel()
                _ = await kernel.run(
                    "import numpy, pandas as pd, os; a = numpy.ones(1_000_000); f = pd.DataFrame({'a': a}); rounds = 0")
                let sandbox = try #require(await bench.host.sandboxProcess())
                let open = { ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).count }
                let own = "(rounds, len(os.listdir('/proc/self/fd')), int(open('/proc/self/statm').read().split()[1]))"
                var before: (processes: Int, descriptors: Int, inside: [Int])?
                for round in 1...500 {
                    let checkpoint = try await kernel.copied()
                    _ = await kernel.run("a += 1; f['a'] *= 2; rounds = -1", number: round * 2)
                    kernel = try await checkpoint.copied()
                    if round == 20 || round == 500 {
                        let seen = await kernel.run(own, number: 1_000_000).value?.text.head ?? ""
                        let inside = seen.split { !$0.isNumber }.compactMap { Int($0) }
                        #expect(inside.first == 0, "\(seen)")
                        try await Task.sleep(for: .milliseconds(500))
                        let now = (Self.processes(below: sandbox).count, open(), inside)
                        guard let before else {
                            before = now
                            continue
                        }
                        #expect(now.0 <= before.processes + 2, "processes: \(now) \(before)")
                        #expect(now.1 < before.descriptors + 40, "descriptors: \(now) \(before)")
                        #expect(inside[1] == before.inside[1], "descriptors of the kernel: \(now) \(before)")
                        #expect(inside[2] < before.inside[2] + 2_000, "resident pages of the kernel: \(now) \(before)")
                    }
                }
            }
        }

        @Test func `private bytes are what a copy alone holds`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                _ = await kernel.run("import numpy; a = numpy.ones(20_000_000)")
                let copy = try await kernel.copied()
                let shared = try #require(await copy.memory()?.alone)
                #expect(shared < 40 << 20)
                _ = await kernel.run("a += 1", number: 2)
                let alone = try #require(await copy.memory()?.alone)
                #expect(alone > 150 << 20)
            }
        }

        @Test func `a kernel that claims another process for its copy is refused`() async throws {
            try await Bench.with { bench in
                let bystander = try await bench.kernel(.subtask)
                let process = await bystander.run("import os; os.getpid()").value?.text.head ?? ""
                let kernel = try await bench.kernel()
                let code = """
                    import json
                    from lathe_kernel import channel
                    channel.Channel.copy = lambda self, descriptors: \(process)
                    """
                _ = await kernel.run(code)
                let error = await #expect(throws: KernelError.self) { _ = try await kernel.copy(hostCall: nil) }
                #expect(error?.reason.contains("no copy that kernel") == true, "\(error?.reason ?? "")")
                #expect(await bystander.run("5", number: 2).value?.text.head == "5")
                #expect(await kernel.run("6", number: 2).value?.text.head == "6")
            }
        }

        @Test func `a copy is refused while the kernel computes, and fails with a dead kernel`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                async let result = kernel.run("import time; time.sleep(2)")
                try await Task.sleep(for: .milliseconds(300))
                await #expect(throws: KernelError.self) { _ = try await kernel.copy(hostCall: nil) }
                #expect(await result.status == .ok)
                _ = await kernel.run("import os; os._exit(1)", number: 2)
                let error = await #expect(throws: KernelError.self) { _ = try await kernel.copy(hostCall: nil) }
                #expect(error?.code == .copyFailed)
            }
        }

        /// All processes below one, however deep.
        private static func processes(below process: pid_t) -> [pid_t] {
            let path = "/proc/\(process)/task/\(process)/children"
            let children = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: " ")
                .compactMap { pid_t($0) }
            return children + children.flatMap(processes)
        }

        private static func waits(_ condition: () -> Bool) async -> Bool {
            for _ in 0..<1200 {
                if condition() { return true }
                try? await Task.sleep(for: .milliseconds(50))
            }
            return false
        }
    }
}

extension Kernel {
    /// A copy that must not be refused.
    func copied() async throws -> any Kernel {
        switch try await copy(hostCall: nil) {
        case .made(let copy): return copy
        case .refused(let obstacles): throw KernelError(.copyFailed, "refused: \(obstacles)")
        }
    }
}
