internal import LatheVocabulary

/// A new version against the tests of the approved one: what breaks must be said, and what is said must break.
extension AdmissionReport {
    /// The most broken tests that are named each; the whole is in `earlier`.
    private static let mostNamed = 20

    /// Adds what follows from a run of the approved version's tests, whose outcomes `earlier` holds already.
    mutating func judgeEarlier(_ proposal: CapabilityProposal) {
        guard let tests = proposal.earlier else {
            return tellUnknown(proposal.breaks, "there is no approved version with tests")
        }
        if let problem = tests.problem {
            return tell("unchecked", "the tests of version \(tests.version) were not run: \(problem)")
        }
        // Where the run did not come so far, something else refuses the proposal.
        guard var run = earlier else { return }
        (run.version, run.testsSHA256, run.breaks) = (tests.version, tests.sha256, proposal.breaks)
        earlier = run
        if let problem = run.problem {
            refuse(
                "while the tests of version \(run.version) ran with it, \(problem): each of them must come to an end.")
        }
        let unsaid = run.unsaid
        for failure in unsaid.prefix(Self.mostNamed) {
            refuse(
                """
                `\(failure.test)` of the approved version \(run.version) fails with it: \(failure.reason) Mend it, or save \
                it with breaks={"\(failure.test)": "why"}.
                """)
        }
        if unsaid.count > Self.mostNamed {
            refuse("\(unsaid.count - Self.mostNamed) more tests of version \(run.version) fail with it.")
        }
        for (failure, why) in run.said {
            tell(
                "breaks-said",
                "it breaks `\(failure.test)` of version \(run.version), because: \(why) (\(failure.reason))")
        }
        tellIdle(run)
    }

    private mutating func tellIdle(_ run: EarlierRun) {
        // A run without outcomes says nothing of single tests.
        guard run.problem == nil else { return }
        for name in run.idle {
            let isThere = run.passed.contains { EarlierRun.names(name, $0) }
            tell(
                "breaks-nothing",
                isThere
                    ? "it says that it breaks `\(name)` of version \(run.version), which passes"
                    : "it says that it breaks `\(name)`: version \(run.version) has no such test")
        }
    }

    private mutating func tellUnknown(_ breaks: [String: String], _ reason: String) {
        for name in breaks.keys.sorted() { tell("breaks-nothing", "it says that it breaks `\(name)`: \(reason)") }
    }

    private mutating func refuse(_ reason: String) {
        findings.append(Finding(rule: "breaks-old-test", reason: reason, isRefusal: true))
    }

    private mutating func tell(_ rule: String, _ reason: String) {
        findings.append(Finding(rule: rule, reason: reason, isRefusal: false))
    }
}
