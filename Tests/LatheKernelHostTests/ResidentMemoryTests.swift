import LatheVocabulary
import Testing

@Suite struct ResidentMemoryTests {
    private let kernel = ResidentMemory(bytes: 1_100, anonymous: 100, files: [7: 1_000])
    private let copy = ResidentMemory(bytes: 1_090, anonymous: 90, files: [7: 1_000])

    @Test func `what the kernel has too counts for no copy, but for what the kernel may have written to since`() {
        #expect(ResidentMemory.most(of: [copy, copy, copy], beyond: kernel) == 3 * 90 + 100)
        let written = ResidentMemory(bytes: 2_100, anonymous: 1_100, files: [7: 1_000])
        #expect(ResidentMemory.most(of: [copy], beyond: written) == 90 + 1_000)
    }

    @Test func `a file that the kernel let go counts once, however many copies have it`() {
        let emptied = ResidentMemory(bytes: 100, anonymous: 100, files: [:])
        #expect(ResidentMemory.most(of: [copy, copy], beyond: emptied) == 2 * 90 + 1_000)
        #expect(ResidentMemory.most(of: [copy], beyond: nil) == 90 + 1_000)
        #expect(ResidentMemory.most(of: [], beyond: kernel) == 0)
    }
}
