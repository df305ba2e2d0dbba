extension AdmissionReport {
    /// What the approved version's tests gave with the source that would follow it.
    package struct EarlierRun: Sendable, Hashable, Codable {
        /// The approved version, and the hash of its tests.
        package var version: Int
        package var testsSHA256: String
        /// The names of the tests that hold.
        package var passed: [String]
        package var failures: [TestRun.Failure]
        /// Why the run as a whole gave nothing; nil where each test had its outcome.
        package var problem: String?
        /// What the proposal says of tests that it breaks: the reason by the test's name.
        package var breaks: [String: String]

        package init(
            version: Int = 0, testsSHA256: String = "", passed: [String] = [], failures: [TestRun.Failure] = [],
            problem: String? = nil, breaks: [String: String] = [:]
        ) {
            self.version = version
            self.testsSHA256 = testsSHA256
            self.passed = passed
            self.failures = failures
            self.problem = problem
            self.breaks = breaks
        }

        /// The failures that the proposal gives a reason for, and the others.
        package var said: [(failure: TestRun.Failure, why: String)] {
            failures.compactMap { failure in why(failure.test).map { (failure, $0) } }
        }

        package var unsaid: [TestRun.Failure] { failures.filter { why($0.test) == nil } }

        /// Names of `breaks` that no failure answers to, sorted.
        package var idle: [String] {
            breaks.keys.sorted().filter { name in !failures.contains { Self.names(name, $0.test) } }
        }

        /// A reason for `test_x` is one for each of its cases, `test_x[1]`, too.
        private func why(_ test: String) -> String? {
            breaks[test] ?? test.firstIndex(of: "[").flatMap { breaks[String(test[..<$0])] }
        }

        /// True where a name of `breaks` is that of a test, or of one with cases.
        package static func names(_ name: String, _ test: String) -> Bool {
            test == name || test.hasPrefix(name + "[")
        }
    }
}
