/// The tests of the approved version that a proposal of the same name would follow.
package struct EarlierTests: Sendable, Hashable {
    package var version: Int
    package var tests: String
    package var fixtures: [String: [UInt8]]
    /// Of the tests and fixtures, as they were approved.
    package var sha256: String
    /// Why they cannot be run; nil where they can.
    package var problem: String?

    package init(
        version: Int, tests: String = "", fixtures: [String: [UInt8]] = [:], sha256: String, problem: String? = nil
    ) {
        self.version = version
        self.tests = tests
        self.fixtures = fixtures
        self.sha256 = sha256
        self.problem = problem
    }
}
