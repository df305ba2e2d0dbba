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
                #expect(result.stdout.head == "hello\n")
                #expect(result.value?.text.head == "21")
                #expect(result.variables.items.map(\.name).contains("x"))
                let second = await kernel.run("x * 2", number: 2)
                #expect(second.value?.text.head == "40")
            }
        }
    }
}
