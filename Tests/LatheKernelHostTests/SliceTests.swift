import Foundation
import LatheVocabulary
import Synchronization
import Testing

extension KernelHostTests {
    @Suite struct Slices {
        /// Keeps what a `delegate` call brings, as an engine would.
        private final class Received: Sendable {
            let calls = Mutex<[HostCall]>([])
            func take(_ call: HostCall) -> HostReply {
                calls.withLock { $0.append(call) }
                return .value(["subtasks": [["id": 1, "label": "part", "uri": "subtask://1"]]])
            }
        }

        private func handOver(_ bench: Bench, _ make: String) async throws -> (any Kernel, BoundSlice) {
            let received = Received()
            let kernel = try await bench.kernel(hostCall: { received.take($0) })
            let result = await kernel.run("\(make)\nlathe.delegate('look at it', 'task', data=part)")
            #expect(result.status == .ok, "\(result)")
            let call = try #require(received.calls.withLock { $0.first })
            #expect(call.name == "delegate")
            let manifest = try #require(call.arguments["items"]?.arrayValue?.first?["manifest"])
            return (kernel, try #require(BoundSlice(name: "data", manifest: manifest, among: call.slices)))
        }

        @Test func `a subtask changes its slice as it likes, and the source stays as it was`() async throws {
            try await Bench.with { bench in
                let make = "import pandas as pd\npart = pd.DataFrame({'a': [3, 1, 2], 's': ['x', 'y', 'z']})"
                let (parent, slice) = try await handOver(bench, make)
                let child = try await bench.kernel(.subtask, slices: [slice])
                let changed = await child.run(
                    "data.loc[:, 'a'] = 9; data['b'] = 1; data.sort_values('s', inplace=True); int(data.a.sum())")
                #expect(changed.value?.text.head == "27", "\(changed)")
                let second = try await bench.kernel(.subtask, slices: [slice])
                #expect(
                    await second.run("data.a.tolist(), data.s.tolist()").value?.text.head
                        == "([3, 1, 2], ['x', 'y', 'z'])")
                #expect(await parent.run("part.a.tolist()", number: 2).value?.text.head == "[3, 1, 2]")
            }
        }

        @Test func `a slice outlives the kernel that made it`() async throws {
            try await Bench.with { bench in
                let (parent, slice) = try await handOver(bench, "import numpy as np\npart = np.arange(1_000_000)")
                await parent.stop()
                let child = try await bench.kernel(.subtask, slices: [slice])
                #expect(await child.run("int(data.sum())").value?.text.head == "499999500000")
            }
        }

        @Test func `each large buffer is a file of its own, and handing data over again writes nothing`() async throws {
            try await Bench.with { bench in
                let received = Received()
                let kernel = try await bench.kernel(hostCall: { received.take($0) })
                let result = await kernel.run(
                    """
                    import numpy as np
                    part = {name: np.arange(8_000_000.0) + len(name) for name in ("a", "bc")}
                    lathe.delegate("look at it", "task", data=part)
                    written = lathe._store.written
                    lathe.delegate("look at it", "task", data=part)
                    again = lathe._store.written - written
                    from lathe_kernel import pages
                    replaced = [pages.file_behind(memoryview(one).cast("B")) is not None for one in part.values()]
                    part["a"][7] = -1
                    lathe.delegate("look at it", "task", data=part)
                    again, replaced, lathe._store.written - written == part["a"].nbytes
                    """)
                #expect(result.value?.text.head == "(0, [True, True], True)", "\(result)")
                let slices = try received.calls.withLock { $0 }.map {
                    let manifest = try #require($0.arguments["items"]?.arrayValue?.first?["manifest"])
                    return try #require(BoundSlice(name: "data", manifest: manifest, among: $0.slices))
                }
                #expect(slices.map(\.references.count) == [3, 3, 3])
                for (slice, seventh) in zip(slices, ["8.0", "8.0", "-1.0"]) {
                    let child = try await bench.kernel(.subtask, slices: [slice])
                    let read = await child.run("data['a'][0] = 5; float(data['a'][7]), float(data['bc'][7])")
                    #expect(read.value?.text.head == "(\(seventh), 9.0)", "\(read)")
                }
            }
        }

        @Test func `a manifest that names what did not come is refused`() {
            let file = SliceReference(descriptor: -1) { _ in }
            for (named, expected): (JSONValue, Int?) in [
                ([0], 1), ([0, 1, 0], 3), ([2], nil), ([-1], nil), ([], nil), (["0"], nil), (0, nil), (.null, nil),
                (.array(Array(repeating: 0, count: 121)), nil),
            ] {
                let slice = BoundSlice(name: "data", manifest: ["descriptors": named], among: [file, file])
                #expect(slice?.references.count == expected, "\(named)")
            }
        }

        @Test func `more files than one frame carries are an error of the start, and the host goes on`() async throws {
            try await Bench.with { bench in
                let slice = try await bench.slice(of: "[1]")
                await #expect(throws: KernelError.self) {
                    try await bench.kernel(.subtask, slices: Array(repeating: slice, count: 251))
                }
                let kernel = try await bench.kernel(.subtask, slices: [slice, slice])
                #expect(await kernel.run("data").value?.text.head == "[1]")
            }
        }

        @Test func `host calls of several kernels are answered side by side`() async throws {
            try await Bench.with { bench in
                let meeting = Meeting(of: 2)
                let answer: @Sendable (HostCall) async -> HostReply = { _ in
                    .value(["value": .string(await meeting.isComplete() ? "a" : "alone")])
                }
                let kernels = try await [
                    bench.kernel(.subtask, hostCall: answer), bench.kernel(.subtask, hostCall: answer),
                ]
                await withTaskGroup(of: CellResult.self) { group in
                    for kernel in kernels { group.addTask { await kernel.run("lathe.ask_model('q')") } }
                    for await result in group { #expect(result.value?.text.head == "'a'", "\(result)") }
                }
            }
        }

        @Test func `an error of the engine is an exception with its reason`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel(hostCall: { _ in .error("limit", "only three at once") })
                let result = await kernel.run("lathe.ask_model('q')")
                #expect(result.status == .error)
                #expect(result.failure?.message.contains("only three at once") == true)
            }
        }

        @Test func `a kernel that says what nobody asked is killed, and only it`() async throws {
            try await Bench.with { bench in
                let bystander = try await bench.kernel(.subtask)
                for (frame, index) in zip(
                    [
                        "99, 0, b'{}', []", "33, 0, b'{\"cell\": 77, \"status\": \"ok\"}', []", "36, 5, b'[[[', []",
                        "1, 0, b'{}', []",
                    ], 0...)
                {
                    let kernel = try await bench.kernel(.subtask)
                    let code =
                        index == 0
                        ? "import os; os.write(3, b'\\x00\\x00\\x00\\x00\\x63' + b'\\x00' * 11)\nimport time; time.sleep(30)"
                        : "import _lathe_channel, time; _lathe_channel.send(\(frame)); time.sleep(30)"
                    let result = await kernel.run(code)
                    #expect(result.status == .died, "\(frame)")
                    #expect(result.failure?.message.contains("broke the protocol") == true)
                }
                #expect(await bystander.run("1").status == .ok)
            }
        }

        @Test func `a reply can hand over a file of the session, read-only`() async throws {
            try await Bench.with { bench in
                let file = bench.root.appending(path: "outputs/kept.txt")
                let kernel = try await bench.kernel(hostCall: { _ in
                    HostReply(.value(["bytes": 4]), file: "outputs/kept.txt")
                })
                try "kept".write(to: file, atomically: true, encoding: .utf8)
                let code = """
                    import os, json, _lathe_channel
                    _lathe_channel.send(36, 1 << 40, json.dumps({"name": "output", "arguments": {}}).encode(), [])
                    kind, call, payload, files = _lathe_channel.receive()
                    try: os.write(files[0], b"x"); wrote = True
                    except OSError: wrote = False
                    call == 1 << 40, os.pread(files[0], 100, 0), wrote
                    """
                #expect(await kernel.run(code).value?.text.head == "(True, b'kept', False)")
            }
        }

        @Test func `an artifact beyond the limit is named, not kept`() async throws {
            try await Bench.with(adjust: { $0.output.artifact = 1000 }) { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run("lathe.save_artifact('big.bin', b'x' * 1001)")
                #expect(result.artifacts.isEmpty)
                #expect(result.stderr.head.contains("big.bin was not kept: it has 1001 bytes; the limit is 1000"))
                let folder = bench.root.appending(path: "artifacts").path
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            }
        }

        @Test func `a slice that its maker could still change is refused`() async throws {
            try await Bench.with { bench in
                let reached = Received()
                let kernel = try await bench.kernel(hostCall: { reached.take($0) })
                let code = """
                    import os, json, _lathe_channel
                    f = os.memfd_create("open", os.MFD_ALLOW_SEALING)
                    _lathe_channel.send(36, 1 << 40, json.dumps({"name": "delegate", "arguments": {}}).encode(), [f])
                    kind, call, payload, _ = _lathe_channel.receive()
                    json.loads(payload)["error"]["code"]
                    """
                #expect(await kernel.run(code).value?.text.head == "'invalid_arguments'")
                #expect(reached.calls.withLock { $0.isEmpty })
            }
        }
    }
}
