/// Source that a session wants saved, before it is read or written anywhere.
package struct CapabilityProposal: Sendable, Hashable {
    package var kind: Capability.Kind
    package var name: String
    package var source: String
    package var session: String
    package var model: String
    /// The built-in agent that wrote it; empty where the session's own cells define it.
    package var writer: String
    /// The whole text of its tests, a module for pytest; empty where it has none.
    package var tests: String
    /// Files that its tests read, by name, such as `july.csv`.
    package var fixtures: [String: [UInt8]]
    /// The cells that it was made from, oldest first.
    package var cells: [Int]
    /// Why it is worth keeping, in the model's words.
    package var purpose: String
    /// Calls of the session that its tests leave out, and why, such as a value that looks like a secret.
    package var leftOut: [String]
    /// Tests of the approved version that it breaks on purpose: the reason by the test's name.
    package var breaks: [String: String]
    /// What its session ran with.
    package var origin: CapabilityOrigin
    /// Runs of an agent that may become examples; the library takes those that may lie in it.
    package var examples: [AgentExample] = []
    /// The approved version's tests, which the library adds; nil where there are none.
    package var earlier: EarlierTests?

    package init(
        kind: Capability.Kind, name: String, source: String, session: String, model: String, tests: String = "",
        fixtures: [String: [UInt8]] = [:], cells: [Int] = [], purpose: String = "",
        leftOut: [String] = [], breaks: [String: String] = [:], earlier: EarlierTests? = nil, writer: String = "",
        origin: CapabilityOrigin = CapabilityOrigin()
    ) {
        self.kind = kind
        self.name = name
        self.source = source
        self.session = session
        self.model = model
        self.tests = tests
        self.fixtures = fixtures
        self.cells = cells
        self.purpose = purpose
        self.leftOut = leftOut
        self.breaks = breaks
        self.earlier = earlier
        self.writer = writer
        self.origin = origin
    }
}
