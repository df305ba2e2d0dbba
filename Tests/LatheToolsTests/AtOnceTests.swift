import Synchronization
import Testing

@testable import LatheTools

@Suite struct AtOnceTests {
    private final class Count: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock { $0.most } }
        func begin() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func end() { state.withLock { $0.now -= 1 } }
    }

    @Test(arguments: [0, 3, 46]) func `each is done once, and no more than so many at a time`(number: Int) async {
        let count = Count()
        let done = await Array(0..<number).mapped(atOnce: 8) { element in
            count.begin()
            for _ in 0..<20 { await Task.yield() }
            count.end()
            return element
        }
        #expect(done.sorted() == Array(0..<number))
        #expect(count.most <= 8)
    }
}
