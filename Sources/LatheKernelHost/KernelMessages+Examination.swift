internal import LatheVocabulary

/// What a kernel says of a proposal that it ran: bounded, and of rules that are known.
extension KernelMessages {
    /// Each rule that running a proposal can break; all of them refuse it. docs/admission.md says what they mean.
    private static let rules: Set = [
        "import", "docstring-example-fails", "tests-end", "test-fails", "vacuous-test", "tests-notice-nothing",
        "leaves-processes",
    ]
    private static let (mostFindings, mostTests, mostMutants) = (60, 100, 200)

    /// Throws where the answer is no report, or contradicts itself.
    static func report(_ payload: JSONValue) throws(KernelError) -> AdmissionReport {
        var report = AdmissionReport()
        guard let findings = payload["findings"]?.arrayValue else { throw noReport("it names no findings") }
        for item in findings.prefix(mostFindings) {
            guard let rule = item["rule"]?.stringValue, rules.contains(rule) else {
                throw noReport("it names a rule that does not exist")
            }
            report.findings.append(
                AdmissionReport.Finding(rule: rule, reason: bounded(item["reason"], 1_500), isRefusal: true))
        }
        if findings.count > mostFindings {
            let reason = "\(findings.count - mostFindings) more findings were left out; mend these first."
            report.findings.append(AdmissionReport.Finding(rule: "test-fails", reason: reason, isRefusal: true))
        }
        report.tests = try tests(payload["tests"])
        report.mutation = try mutation(payload["mutation"])
        return report
    }

    private static func tests(_ value: JSONValue?) throws(KernelError) -> AdmissionReport.TestRun? {
        guard let value, value != .null else { return nil }
        let failures = (value["failures"]?.arrayValue ?? []).prefix(mostTests).map { item in
            AdmissionReport.TestRun.Failure(test: bounded(item["test"], 200), reason: bounded(item["reason"], 1_500))
        }
        guard let passed = value["passed"]?.integerValue, let recorded = value["recorded"]?.integerValue,
            let seconds = value["seconds"]?.numberValue, seconds.isFinite, seconds >= 0,
            (0...10_000).contains(passed), (0...passed).contains(recorded)
        else { throw noReport("its count of tests makes no sense") }
        let peak = value["peak"]?.integerValue.flatMap { $0 >= 0 ? $0 : nil }
        return AdmissionReport.TestRun(
            passed: passed, failures: Array(failures), recorded: recorded, seconds: min(seconds, 1e6), peakBytes: peak)
    }

    private static func mutation(_ value: JSONValue?) throws(KernelError) -> AdmissionReport.Mutation? {
        guard let value, value != .null else { return nil }
        guard let mutants = value["mutants"]?.integerValue, let noticed = value["noticed"]?.integerValue,
            let survivors = value["survivors"]?.arrayValue, (0...mostMutants).contains(mutants),
            (0...mutants).contains(noticed), survivors.count == mutants - noticed
        else { throw noReport("its count of changes makes no sense") }
        return AdmissionReport.Mutation(
            mutants: mutants, noticed: noticed, survivors: survivors.map { bounded($0, 200) })
    }

    private static func noReport(_ reason: String) -> KernelError {
        KernelError(.examinationFailed, "the kernel gave no report that can be read: \(reason)")
    }
}
