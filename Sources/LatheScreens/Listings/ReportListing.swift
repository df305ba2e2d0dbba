package import LatheVocabulary

/// What was found out about a capability before it was saved, for who decides about it, from plain values.
package enum ReportListing {
    /// Whether the files are still those that the report is about.
    package enum Subject: Sendable, Hashable { case ofThis, beforeItWasEdited }

    package static func lines(_ report: AdmissionReport, _ subject: Subject, _ canvas: Canvas) -> [StyledLine] {
        let head =
            canvas.text(subject == .ofThis ? "when it was saved" : "when it was saved, before it was edited", .bold)
            + canvas.text(" (as the kernel that ran it reported: evidence, no proof)", .dim)
        let ran = [report.tests.map(tests), report.mutation.map(mutation), report.examples.map(examples)]
            .compactMap(\.self)
        let told = report.findings.map { finding in
            "told: " + (finding.line.map { "line \($0): " } ?? "")
                + "\(TerminalText.joined(finding.reason)) [\(finding.rule)]"
        }
        let near = report.nearDuplicates.map { near in
            "resembles \(near.kind.rawValue) \(near.name): \(Int((near.likeness * 100).rounded())) % "
                + "(\(near.alike.joined(separator: ", ")))"
        }
        let uses = [("imports", report.imports), ("uses", report.hostCalls)].filter { !$0.1.isEmpty }
            .map { "\($0.0): \($0.1.joined(separator: ", "))" }
        let leftOut = report.leftOut.map { "left out of its tests: \($0)" }
        let unnoticed = (report.mutation?.survivors ?? []).map { "  not noticed: \($0)" }
        return canvas.wrap(head, indent: 2)
            + (ran + unnoticed + told + near + uses + leftOut).flatMap {
                canvas.wrap(canvas.text("  " + $0), indent: 4)
            }
            + (report.earlier.map { EarlierListing.lines($0, canvas) } ?? [])
    }

    package static func json(_ report: AdmissionReport) -> JSONValue {
        [
            "findings": .array(report.findings.map(json)), "tests": report.tests.map(json) ?? .null,
            "mutation": report.mutation.map(json) ?? .null,
            "near_duplicates": .array(
                report.nearDuplicates.map {
                    [
                        "kind": .string($0.kind.rawValue), "name": .string($0.name), "likeness": .number($0.likeness),
                        "alike": .array($0.alike.map { .string($0) }),
                    ]
                }),
            "imports": .array(report.imports.map { .string($0) }),
            "host_calls": .array(report.hostCalls.map { .string($0) }),
            "left_out": .array(report.leftOut.map { .string($0) }),
            "examples": .array((report.examples ?? []).map(json)),
        ]
    }

    private static func tests(_ run: AdmissionReport.TestRun) -> String {
        let failed = run.failures.isEmpty ? "" : ", \(run.failures.count) failed"
        let memory = run.peakBytes.map { " · at most \(Figure.bytes($0))" } ?? ""
        return "tests: \(run.passed) passed\(failed), \(run.recorded) of them calls that a session made"
            + " · \(Figure.duration(run.seconds))\(memory)"
    }

    private static func examples(_ runs: [ExampleRun]) -> String {
        "recorded runs of it that ended the same when replayed: \(runs.count { $0.isSame }) of \(runs.count)"
    }

    static func json(_ run: ExampleRun) -> JSONValue {
        [
            "name": .string(run.name), "same": .bool(run.isSame), "stale": .bool(run.isStale),
            "differences": .array(run.differences.map { .string($0) }),
            "problem": run.problem.map(JSONValue.string) ?? .null, "seconds": .number(run.seconds),
        ]
    }

    private static func mutation(_ mutation: AdmissionReport.Mutation) -> String {
        "small changes of its source that its tests notice: \(mutation.noticed) of \(mutation.mutants)"
    }

    static func json(_ finding: AdmissionReport.Finding) -> JSONValue {
        [
            "rule": .string(finding.rule), "line": finding.line.map { .integer($0) } ?? .null,
            "reason": .string(finding.reason),
        ]
    }

    static func json(_ tests: AdmissionReport.TestRun) -> JSONValue {
        [
            "passed": .integer(tests.passed), "recorded": .integer(tests.recorded), "seconds": .number(tests.seconds),
            "peak_bytes": tests.peakBytes.map(JSONValue.integer) ?? .null,
            "failures": .array(
                tests.failures.map { ["test": .string($0.test), "reason": .string($0.reason)] }),
        ]
    }

    static func json(_ mutation: AdmissionReport.Mutation) -> JSONValue {
        [
            "mutants": .integer(mutation.mutants), "noticed": .integer(mutation.noticed),
            "survivors": .array(mutation.survivors.map(JSONValue.string)),
        ]
    }
}
