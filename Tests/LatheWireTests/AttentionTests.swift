import Glibc
import LatheWire
import Testing

@Suite struct AttentionTests {
    @Test func `looking that was in vain rests, and is tried again`() throws {
        var ends: [Int32] = [-1, -1]
        let made = pipe(&ends)
        try #require(made == 0)
        defer { for end in ends { close(end) } }
        var attention = Attention()
        let early = attention.looks(at: ends[0], for: 1)
        #expect(!early)
        let written = write(ends[1], "x", 1)
        try #require(written == 1)
        // What is there now is not even looked at while looking rests.
        let seen = (1...20).map { _ in attention.looks(at: ends[0], for: 1) }
        #expect(seen == Array(repeating: false, count: 8) + Array(repeating: true, count: 12))
    }
}
