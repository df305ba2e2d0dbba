/// Where several calls wait until all of them are under way, which shows that none waits for another to end.
actor Meeting {
    private let expected: Int
    private var arrived = 0

    init(of expected: Int) {
        self.expected = expected
    }

    /// True once as many have come as are expected; false when they have not within half a minute.
    func isComplete() async -> Bool {
        arrived += 1
        for _ in 0..<3000 where arrived < expected { try? await Task.sleep(for: .milliseconds(10)) }
        return arrived >= expected
    }
}
