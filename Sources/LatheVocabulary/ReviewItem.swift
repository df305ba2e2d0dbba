/// Everything that a person looks at before deciding about a capability.
package struct ReviewItem: Sendable, Hashable {
    /// A source that was approved, and as which version.
    package struct Approved: Sendable, Hashable {
        package var version: Int
        package var body: String

        package init(version: Int, body: String) {
            self.version = version
            self.body = body
        }
    }

    package var capability: Capability
    /// The source below the block.
    package var body: String
    /// Empty where it has none.
    package var tests: String
    /// The bytes of each file that its tests read, by name.
    package var fixtures: [String: Int]
    /// An agent's recorded examples among these.
    package var examples: [AgentExample] = []
    /// The hash of all of that, block included: what a decision is about.
    package var shown: String
    /// What was approved before it; nil where nothing was.
    package var approved: Approved?
    /// The tests that lie beside the approved version; empty where there are none, or for an approved file itself.
    package var approvedTests: String
    /// What was found out when it was saved; nil where that is not known.
    package var report: AdmissionReport?
    /// Whether it is no longer what the report is about, so that it is examined again before it is approved.
    package var isEdited: Bool
    /// Who edited it last, where a person did since it was proposed.
    package var editor: String?
    /// What a reviewer asked to be changed, where that is what it waits for.
    package var note: String?
    /// Since when a proposal waits, in seconds since 1970-01-01 UTC; nil where that is not known.
    package var since: Double?

    package init(
        capability: Capability, body: String, tests: String, fixtures: [String: Int], shown: String,
        approved: Approved? = nil, approvedTests: String = "", report: AdmissionReport? = nil, isEdited: Bool = false,
        editor: String? = nil, note: String? = nil, since: Double? = nil
    ) {
        self.capability = capability
        self.body = body
        self.tests = tests
        self.fixtures = fixtures
        self.shown = shown
        self.approved = approved
        self.approvedTests = approvedTests
        self.report = report
        self.isEdited = isEdited
        self.editor = editor
        self.note = note
        self.since = since
    }
}
