import LatheVocabulary
import Testing

@testable import LatheKernelHost

extension KernelHostTests {
    /// Output beyond what is kept, and beyond what anybody could look at.
    @Suite struct Floods {
        @Test func `what is beyond the limit is dropped, counted, and its end still shown`() async throws {
            try await Bench.with(adjust: { $0.output.file = 1_000_000 }) { bench in
                let kernel = try await bench.kernel()
                let code = """
                    import os
                    block = b"0123456" * 100_000 + b"\\n"
                    for _ in range(300): os.write(1, block)
                    os.write(2, b"to the other stream")
                    print("the very end")
                    """
                let result = await kernel.run(code)
                let expected = 300 * 700_001 + 13
                #expect(result.status == .ok)
                #expect(result.stdout.bytes == expected)
                #expect(result.stdout.lost == expected - 1_000_000)
                #expect(try bench.whole(result.stdout).utf8.count == 1_000_000)
                #expect(result.stdout.head.hasPrefix("01234560123456"))
                #expect(result.stdout.tail.hasSuffix("60123456\nthe very end\n"))
                #expect(result.stderr.head == "to the other stream")
            }
        }

        @Test func `other kernels answer while one never stops writing`() async throws {
            try await Bench.with(adjust: { $0.output.file = 1_000_000 }) { bench in
                let flooding = try await bench.kernel()
                let other = try await bench.kernel(.subtask)
                let collected = Collected()
                async let flood = flooding.run(
                    Cell(number: 1, code: "import os\nwhile True: os.write(1, bytes(65536))"), output: collected.add)
                #expect(await collected.waits(for: "more came"))
                for number in 1...50 {
                    #expect(await other.run("\(number)", number: number).value?.text.head == "\(number)")
                }
                flooding.interrupt()
                let result = await flood
                #expect(result.status == .interrupted)
                #expect(result.stdout.lost == result.stdout.bytes - 1_000_000)
            }
        }

        @Test func `many small writes arrive in order, the lines of both streams whole`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let code = """
                    import os, sys
                    for i in range(3_000):
                        print(i, "a", end=" ")
                        os.write(1, b"b\\n")
                        print(i, file=sys.stderr)
                    """
                let result = await kernel.run(code)
                #expect(try bench.whole(result.stdout) == (0..<3_000).map { "\($0) a b\n" }.joined())
                #expect(try bench.whole(result.stderr) == (0..<3_000).map { "\($0)\n" }.joined())
            }
        }
    }
}
