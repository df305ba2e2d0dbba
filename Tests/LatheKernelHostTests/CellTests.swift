import Foundation
import LatheVocabulary
import Testing

extension KernelHostTests {
    @Suite struct Cells {
        @Test func `a cell prints, has a value and leaves variables`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run("x = 20\nprint('hello')\nx + 1")
                #expect(result.status == .ok, "\(result)")
                #expect(result.stdout == CapturedText(bytes: 6, head: "hello\n"))
                #expect(result.value?.text.head == "21")
                #expect(result.variables.items.map(\.name).contains("x"))
                let second = await kernel.run("x * 2", number: 2)
                #expect(second.value?.text.head == "40")
            }
        }

        @Test func `an exception is a result with its traceback, and the kernel goes on`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run("{}['x']")
                #expect(result.status == .error)
                #expect(result.failure?.type == "KeyError")
                #expect(result.failure?.traceback.contains("KeyError: 'x'") == true)
                #expect(await kernel.run("1", number: 2).status == .ok)
            }
        }

        @Test func `output comes while the cell runs, writes from C included and in order`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let collected = Collected()
                let code = """
                    import ctypes, sys, time
                    c = ctypes.CDLL(None)
                    print("python one")
                    c.printf(b"from C\\n"); c.fflush(None)
                    print("python two")
                    print("careful", file=sys.stderr)
                    time.sleep(600)
                    """
                async let result = kernel.run(Cell(number: 1, code: code), output: collected.add)
                #expect(await collected.waits(for: "careful"))
                kernel.interrupt()
                let finished = await result
                #expect(finished.stdout.head == "python one\nfrom C\npython two\n")
                #expect(finished.stderr.head == "careful\n")
            }
        }

        @Test func `fifty megabytes of output cost a bounded preview, and the whole is in a file`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let collected = Collected()
                let code = """
                    line = "0123456789" * 100 + "\\n"
                    for i in range(50_000): print(i, line, end="")
                    """
                let result = await kernel.run(Cell(number: 1, code: code), output: collected.add)
                let expected = (0..<50_000).reduce(0) { $0 + String($1).utf8.count + 1002 }
                #expect(result.stdout.bytes == expected)
                #expect(result.stdout.lost == 0)
                #expect(result.stdout.head.utf8.count + result.stdout.tail.utf8.count <= 16 << 10)
                #expect(result.stdout.head.hasPrefix("0 0123456789"))
                #expect(result.stdout.tail.hasSuffix("0123456789\n"))
                #expect(collected.text.utf8.count < 100_000)
                let whole = try bench.whole(result.stdout)
                #expect(whole.utf8.count == expected)
                #expect(whole.hasSuffix("0123456789\n"))
            }
        }

        @Test func `a cut in the middle of a character leaves whole characters`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let result = await kernel.run("print('a' + '€' * 20_000)")
                #expect(!result.stdout.head.contains("\u{FFFD}"))
                #expect(!result.stdout.tail.contains("\u{FFFD}"))
                #expect(try bench.whole(result.stdout) == "a" + String(repeating: "€", count: 20_000) + "\n")
            }
        }

        @Test func `a thousand small cells all come back`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                _ = await kernel.run("n = 0")
                for number in 2...1001 {
                    let result = await kernel.run("n += 1; n", number: number)
                    #expect(result.value?.text.head == "\(number - 1)")
                }
            }
        }

        @Test func `a figure becomes an artifact under a name of the host's choice`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let code = """
                    import matplotlib.pyplot as plt
                    plt.plot([1, 2, 3]); plt.title("Delays")
                    """
                let result = await kernel.run(code)
                let artifact = try #require(result.artifacts.first, "\(result)")
                #expect(artifact.mime == "image/png")
                let data = try Data(contentsOf: URL(filePath: artifact.path))
                #expect(data.starts(with: [0x89, 0x50, 0x4E, 0x47]))
                #expect(data.count == artifact.bytes)
                let evil = await kernel.run("lathe.save_artifact('../../evil.txt', b'x')", number: 2)
                for artifact in evil.artifacts {
                    #expect(artifact.path.hasPrefix(bench.root.appending(path: "artifacts").path))
                }
                #expect(!FileManager.default.fileExists(atPath: bench.root.appending(path: "../evil.txt").path))
            }
        }
    }
}
