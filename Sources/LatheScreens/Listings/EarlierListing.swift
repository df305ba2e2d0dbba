package import LatheVocabulary

/// How the approved version's tests came out with what waits, from plain values.
package enum EarlierListing {
    package static func lines(_ run: AdmissionReport.EarlierRun, _ canvas: Canvas) -> [StyledLine] {
        let count = "\(run.passed.count) passed, \(run.failures.count) failed"
        let head = canvas.text("tests of version \(run.version) with it, when it was saved: \(count)", .bold)
        let said = run.said.flatMap { failure, why in
            canvas.wrap(
                canvas.text("  breaks \(failure.test), because: \(why) (\(TerminalText.joined(failure.reason)))", .red),
                indent: 2)
        }
        let unsaid = run.unsaid.flatMap {
            canvas.wrap(canvas.text("  breaks \($0.test): \(TerminalText.joined($0.reason))", .red), indent: 2)
        }
        let idle = run.idle.flatMap {
            let why = run.breaks[$0] ?? ""
            return canvas.wrap(canvas.text("  says that it breaks \($0), which it does not: \(why)"), indent: 2)
        }
        return canvas.wrap(head, indent: 2) + said + unsaid + idle
    }

    package static func json(_ run: AdmissionReport.EarlierRun) -> JSONValue {
        [
            "version": .integer(run.version), "tests_sha256": .string(run.testsSHA256),
            "passed": .array(run.passed.map { .string($0) }),
            "failures": .array(run.failures.map { ["test": .string($0.test), "reason": .string($0.reason)] }),
            "breaks": .object(run.breaks.mapValues { .string($0) }),
        ]
    }
}
