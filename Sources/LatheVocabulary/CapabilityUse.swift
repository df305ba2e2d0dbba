/// What became of the calls of one version of a capability in a cell, as its kernel says.
///
/// A kernel is code of others: it can say anything of what it was given, and nothing of anything else.
package struct CapabilityUse: Sendable, Hashable, Codable {
    package var kind: Capability.Kind
    package var name: String
    /// Of the source that the kernel was given.
    package var sha256: String
    /// Calls that ended, those inside of another call of the same capability not counted. Of an agent, what a kernel says are
    /// calls of its hooks, and what counts are its subtasks.
    package var calls: Int
    /// Calls that went wrong by no fault of the capability: interrupted, or by their caller's mistake. Of an agent, subtasks that
    /// the budget, an interrupt, a model or a kernel ended.
    package var excused: Int
    /// Calls that went wrong by the capability's own.
    package var failures: Int
    /// How often which exception was a failure, by its type; beyond five, `other`.
    package var errors: [String: Int]
    /// From the beginning to the end of each call, together; 0 for generators.
    package var seconds: Double
    /// Of the longest call.
    package var longest: Double

    package init(
        kind: Capability.Kind, name: String, sha256: String, calls: Int, excused: Int = 0, failures: Int = 0,
        errors: [String: Int] = [:], seconds: Double = 0, longest: Double = 0
    ) {
        self.kind = kind
        self.name = name
        self.sha256 = sha256
        self.calls = calls
        self.excused = excused
        self.failures = failures
        self.errors = errors
        self.seconds = seconds
        self.longest = longest
    }

    /// Which version of which capability it is about.
    package struct Subject: Sendable, Hashable {
        package var kind: Capability.Kind
        package var name: String
        package var sha256: String

        package init(kind: Capability.Kind, name: String, sha256: String) {
            self.kind = kind
            self.name = name
            self.sha256 = sha256
        }
    }

    package var subject: Subject { Subject(kind: kind, name: name, sha256: sha256) }
}

extension Capability {
    /// As uses name it.
    package var subject: CapabilityUse.Subject {
        CapabilityUse.Subject(kind: kind, name: name, sha256: sha256)
    }
}
