internal import LatheVocabulary

/// What a kernel says of a proposal that it ran: bounded, and of rules that are known.
extension KernelMessages {
    /// Each rule that running a proposal can break; all of them refuse it. docs/admission.md says what they mean.
    private static let rules: Set = [
        "import", "docstring-example-fails", "tests-end", "test-fails", "vacuous-test", "tests-notice-nothing",
        "leaves-processes",
    ]
    private static let (mostFindings, mostTests, mostMutants) = (60, 100, 200)
    private static let mostEarlier = 2_000

    /// Throws where the answer is no report, or contradicts itself.
    static func report(
        _ payload: JSONValue, of proposal: CapabilityProposal
    ) throws(KernelError) -> AdmissionReport {
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
        report.earlier = try earlier(payload["earlier"])
        // A kernel that says nothing of them must say what kept it from running them.
        if let earlier = proposal.earlier, earlier.problem == nil, report.earlier == nil, report.isAdmitted {
            throw noReport("it says nothing of the tests of version \(earlier.version)")
        }
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

    private static func earlier(_ value: JSONValue?) throws(KernelError) -> AdmissionReport.EarlierRun? {
        guard let value, value != .null else { return nil }
        guard let passed = value["passed"]?.arrayValue, let failures = value["failures"]?.arrayValue,
            passed.count + failures.count <= mostEarlier
        else { throw noReport("its list of the earlier version's tests makes no sense") }
        let problem = value["problem"].flatMap { $0 == .null ? nil : bounded($0, 1_500) }
        guard problem != nil || passed.count + failures.count > 0 else {
            throw noReport("it names no tests of the earlier version")
        }
        return AdmissionReport.EarlierRun(
            passed: passed.map { bounded($0, 200) },
            failures: failures.map { .init(test: bounded($0["test"], 200), reason: bounded($0["reason"], 1_500)) },
            problem: problem)
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
