/// What was found out about a proposed capability before it was written: by reading it, and by running its tests in a kernel
/// of their own, without data and without network.
///
/// What a kernel reported is evidence, not proof: the code under test ran in that kernel.
package struct AdmissionReport: Sendable, Hashable, Codable {
    /// A rule that the source or its tests break.
    package struct Finding: Sendable, Hashable, Codable {
        /// The rule's name, such as `docstring-example`, `ruff:F821` or `bandit:B602`.
        package var rule: String
        /// 1, 2, 3 … in the source; nil where it is about the whole.
        package var line: Int?
        /// What is wrong and how to mend it.
        package var reason: String
        /// True where the capability cannot be saved with it; else it is for the reviewer.
        package var isRefusal: Bool

        package init(rule: String, line: Int? = nil, reason: String, isRefusal: Bool) {
            self.rule = rule
            self.line = line
            self.reason = reason
            self.isRefusal = isRefusal
        }
    }

    package struct TestRun: Sendable, Hashable, Codable {
        package struct Failure: Sendable, Hashable, Codable {
            package var test: String
            package var reason: String

            package init(test: String, reason: String) {
                self.test = test
                self.reason = reason
            }
        }

        package var passed: Int
        /// Each test that failed, was skipped or could not be run.
        package var failures: [Failure]
        /// Of the passed ones, those made of calls that the session really made.
        package var recorded: Int
        package var seconds: Double
        /// The most memory that the kernel took while they ran.
        package var peakBytes: Int?

        package init(
            passed: Int, failures: [Failure] = [], recorded: Int = 0, seconds: Double, peakBytes: Int? = nil
        ) {
            self.passed = passed
            self.failures = failures
            self.recorded = recorded
            self.seconds = seconds
            self.peakBytes = peakBytes
        }
    }

    /// How many small changes of the source its tests notice.
    package struct Mutation: Sendable, Hashable, Codable {
        package var mutants: Int
        package var noticed: Int
        /// The changes that no test noticed, such as `line 12: < became <=`.
        package var survivors: [String]

        package init(mutants: Int, noticed: Int, survivors: [String]) {
            self.mutants = mutants
            self.noticed = noticed
            self.survivors = survivors
        }
    }

    package struct NearDuplicate: Sendable, Hashable, Codable {
        package var kind: Capability.Kind
        package var name: String
        /// 0 to 1, where 1 is the same.
        package var likeness: Double
        /// What is alike: `name`, `signature`, `docstring`, `source`, `meaning`.
        package var alike: [String]

        package init(kind: Capability.Kind, name: String, likeness: Double, alike: [String]) {
            self.kind = kind
            self.name = name
            self.likeness = likeness
            self.alike = alike
        }
    }

    package var findings: [Finding]
    /// Nil where it was refused before a test could run.
    package var tests: TestRun?
    package var mutation: Mutation?
    /// Nil where nothing of the name is approved with tests, or it was refused before these could run.
    package var earlier: EarlierRun?
    package var nearDuplicates: [NearDuplicate]
    /// Modules that it imports, sorted.
    package var imports: [String]
    /// What of `lathe` it uses, such as `lathe.ask_model`, sorted.
    package var hostCalls: [String]
    /// Calls of the session that were left out of the recorded examples, and why, such as a value that looks like a secret.
    package var leftOut: [String]
    /// What became of an agent's recorded examples; nil where it has none, or was refused before they could run.
    package var examples: [ExampleRun]?

    package var isAdmitted: Bool { !findings.contains { $0.isRefusal } }

    package init(
        findings: [Finding] = [], tests: TestRun? = nil, mutation: Mutation? = nil, earlier: EarlierRun? = nil,
        nearDuplicates: [NearDuplicate] = [], imports: [String] = [], hostCalls: [String] = [], leftOut: [String] = []
    ) {
        self.findings = findings
        self.tests = tests
        self.mutation = mutation
        self.earlier = earlier
        self.nearDuplicates = nearDuplicates
        self.imports = imports
        self.hostCalls = hostCalls
        self.leftOut = leftOut
    }
}
