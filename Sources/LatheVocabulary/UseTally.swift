/// How often something was called, and how that ended.
package struct UseTally: Sendable, Hashable {
    package var calls: Int
    /// Of these, what went wrong by no fault of the capability.
    package var excused: Int
    package var failures: Int

    package init(calls: Int, excused: Int = 0, failures: Int = 0) {
        self.calls = calls
        self.excused = excused
        self.failures = failures
    }

    /// Calls that say something of the capability.
    package var judged: Int { calls - excused }

    /// The share of failures among those; nil where there are none.
    package var share: Double? { judged > 0 ? Double(failures) / Double(judged) : nil }

    package static func + (left: UseTally, right: UseTally) -> UseTally {
        UseTally(
            calls: left.calls + right.calls, excused: left.excused + right.excused,
            failures: left.failures + right.failures)
    }
}

/// What all uses of one version of a capability come to, on this machine.
package struct UseTotal: Sendable, Hashable {
    package var subject: CapabilityUse.Subject
    package var tally: UseTally
    package var errors: [String: Int]
    package var seconds: Double
    /// Of the longest call.
    package var longest: Double
    /// Sessions that called it, and those of them in which a call came to a result.
    package var sessions: Int
    package var helped: Int
    /// When it was used last; seconds since 1970-01-01 UTC.
    package var last: Double

    package init(
        subject: CapabilityUse.Subject, tally: UseTally, errors: [String: Int] = [:], seconds: Double = 0,
        longest: Double = 0, sessions: Int, helped: Int, last: Double
    ) {
        self.subject = subject
        self.tally = tally
        self.errors = errors
        self.seconds = seconds
        self.longest = longest
        self.sessions = sessions
        self.helped = helped
        self.last = last
    }

    /// Seconds of a call on the average; nil where none was timed.
    package var mean: Double? { seconds > 0 && tally.calls > 0 ? seconds / Double(tally.calls) : nil }
}
