import Foundation
import LatheVocabulary
import Synchronization
import Testing

extension KernelHostTests {
    /// Large arrays that are made where they can be handed over.
    @Suite struct Arena {
        @Test func `a large array is handed over without a copy, and what changes later stays with who changes it`()
            async throws
        {
            try await Bench.with { bench in
                let calls = Mutex<[HostCall]>([])
                let kernel = try await bench.kernel(hostCall: { call in
                    calls.withLock { $0.append(call) }
                    return .value(["subtasks": [["id": 1, "label": "part", "uri": "subtask://1"]]])
                })
                let made = await kernel.run(
                    """
                    import os
                    import numpy as np
                    from lathe_kernel import pages, pressure
                    def hand_over():
                        before = lathe._store.written
                        lathe.delegate("look at it", "task", data=part)
                        return lathe._store.written - before >= part.nbytes
                    used = pressure.used()
                    part = np.arange(8_000_000.0)
                    counted = pressure.used() - used >= part.nbytes
                    first = hand_over()
                    mapped = pages.file_behind(memoryview(part).cast("B")) is not None
                    part[7] = -1
                    second = hand_over()
                    half = part[:4_000_000]
                    part[7] = -2
                    lathe.delegate("look at it", "task", data=half)
                    half[8] = -3
                    third = hand_over()
                    counted, first, mapped, second, third, float(part[7]), float(part[8])
                    """)
                #expect(
                    made.value?.text.head == "(True, False, True, True, True, -2.0, -3.0)", "\(made)")
                let slices = try calls.withLock { $0 }.map {
                    let manifest = try #require($0.arguments["items"]?.arrayValue?.first?["manifest"])
                    return try #require(BoundSlice(name: "data", manifest: manifest, among: $0.slices))
                }
                for (slice, expected) in zip(slices, ["7.0 8.0", "-1.0 8.0", "-2.0 8.0", "-2.0 -3.0"]) {
                    let child = try await bench.kernel(.subtask, slices: [slice])
                    let read = await child.run("print(data[7], data[8]); data[7] = 50")
                    #expect(try bench.whole(read.stdout) == expected + "\n", "\(read)")
                }
            }
        }

        @Test func `a fork and a copy of a kernel have a large array of their own`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let forked = await kernel.run(
                    """
                    import os
                    import numpy as np
                    part, grown = np.ones(8_000_000), np.ones(8_000_000)
                    if (child := os.fork()) == 0:
                        part[0] = 5.0
                        os._exit(0)
                    os.waitpid(child, 0)
                    late, closed = np.ones(8_000_000), np.ones(8_000_000)
                    files = [int(one) for one in os.listdir("/proc/self/fd")]
                    files = [one for one in files if os.path.lexists(f"/proc/self/fd/{one}")]
                    arrays = [one for one in files if "lathe-array" in os.readlink(f"/proc/self/fd/{one}")]
                    os.close(max(arrays))
                    grown.resize(9_000_000, refcheck=False)
                    len(arrays), float(part[0]), float(grown.sum())
                    """)
                #expect(forked.value?.text.head == "(4, 1.0, 8000000.0)", "\(forked)")
                guard case .made(let copy) = try await kernel.copy(hostCall: nil) else {
                    Issue.record("the copy was refused")
                    return
                }
                let changed = await kernel.run("part[1] = late[1] = closed[1] = 7.0; float(part[1] + late[1])")
                #expect(changed.value?.text.head == "14.0", "\(changed)")
                let kept = await copy.run("float(part[1] + late[1] + closed[1]), float(late.sum())")
                #expect(kept.value?.text.head == "(3.0, 8000000.0)", "\(kept)")
                await copy.stop()
            }
        }

        @Test func `a process that is forked around the handlers has no array that it could change here`() async throws
        {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run(
                    """
                    import ctypes, os, threading
                    import numpy as np
                    part, closed = np.ones(8_000_000), np.ones(8_000_000)
                    if (child := ctypes.PyDLL(None)._Fork()) == 0:
                        part[0] = 5.0
                        os._exit(0)
                    _, ended = os.waitpid(child, 0)
                    files = [one for one in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{one}")]
                    os.close(max(int(one) for one in files if "lathe-array" in os.readlink(f"/proc/self/fd/{one}")))
                    wait = threading.Event()
                    thread = threading.Thread(target=wait.wait); thread.start()
                    # Without its file it could be frozen only by a copy, which would lose what a thread writes meanwhile.
                    if (child := os.fork()) == 0:
                        closed[0] = 5.0
                        os._exit(0)
                    _, other = os.waitpid(child, 0)
                    wait.set(); thread.join()
                    os.WTERMSIG(ended), float(part[0]), os.WTERMSIG(other), float(closed.sum())
                    """)
                #expect(result.value?.text.head == "(11, 1.0, 11, 8000000.0)", "\(result)")
                #expect(await (try kernel.copied()).run("float(part[0] + closed[0])").value?.text.head == "2.0")
            }
        }

        @Test func `no array is frozen for a copy that is refused, and no file stays that nobody counts`() async throws
        {
            try await Bench.with { bench in
                let kernel = try await bench.kernel(hostCall: { _ in
                    .value(["subtasks": [["id": 1, "label": "part", "uri": "subtask://1"]]])
                })
                let begun = await kernel.run(
                    """
                    import threading
                    import numpy as np
                    def maps(): return [one.split()[1] for one in open("/proc/self/maps") if "lathe-array" in one]
                    part, wait = np.ones(8_000_003), threading.Event()
                    thread = threading.Thread(target=wait.wait, name="waits"); thread.start()
                    """)
                #expect(begun.status == .ok, "\(begun)")
                guard case .refused(let obstacles) = try await kernel.copy(hostCall: nil) else {
                    Issue.record("a copy was made")
                    return
                }
                #expect(obstacles.map(\.kind) == ["thread"])
                let left = await kernel.run(
                    """
                    before = maps()
                    wait.set(); thread.join()
                    lathe.delegate("look at it", data=part[1:])
                    half = maps()
                    lathe.delegate("look at it", data=part)
                    part[0] = 2.0
                    lathe.delegate("look at it", data=part)
                    before, half, maps(), float(part.sum())
                    """)
                #expect(left.value?.text.head == "(['rw-s'], ['rw-s'], [], 8000004.0)", "\(left)")
            }
        }

        @Test func `large arrays count against the limit of memory, and what was let go counts no more`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run(
                    """
                    import resource
                    import numpy as np
                    from lathe_kernel import pressure
                    allowed = pressure._used() + 300_000_000
                    resource.setrlimit(resource.RLIMIT_DATA, (allowed, resource.getrlimit(resource.RLIMIT_DATA)[1]))
                    told = []
                    for _ in range(5):
                        kept = None
                        kept = np.full(20_000_000, 1.0)
                        try:
                            more = np.full(20_000_000, 1.0)
                        except MemoryError as error:
                            told.append(type(error).__name__)
                    len(told), float(kept.sum())
                    """)
                #expect(result.value?.text.head == "(5, 20000000.0)", "\(result)")
            }
        }
    }
}
