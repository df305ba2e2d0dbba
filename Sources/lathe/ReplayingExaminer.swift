internal import LatheLibrary
internal import LatheVocabulary

/// Examines as kernels do, and then replays the recorded examples of an agent.
struct ReplayingExaminer: CapabilityExaminer {
    let examiner: any CapabilityExaminer
    let stage: ExampleStage
    let library: SourceLibrary

    func examine(_ proposal: CapabilityProposal) async throws(LibraryError) -> AdmissionReport {
        var report = try await examiner.examine(proposal)
        guard report.isAdmitted, proposal.kind == .agent else { return report }
        let examples: [AgentExample]
        do throws(LibraryError) {
            examples = try ExampleFiles.examples(proposal.fixtures)
        } catch {
            report.findings.append(.init(rule: "example-form", reason: error.reason, isRefusal: true))
            return report
        }
        guard !examples.isEmpty else { return report }
        let runs = await stage.replay(examples, of: try await library.staged(proposal))
        report.examples = runs
        report.findings += runs.flatMap(\.findings)
        return report
    }
}

extension ExampleRun {
    /// What a reviewer should know of it; an example that ends otherwise keeps nothing from being saved.
    var findings: [AdmissionReport.Finding] {
        var reasons = differences.prefix(3).map { "its example \(name): \($0)" }
        if let problem { reasons.append("its example \(name) could not be run: \(problem)") }
        if isStale { reasons.append("its example \(name) was recorded with other instructions: record it anew") }
        return reasons.map { AdmissionReport.Finding(rule: "example-differs", reason: $0, isRefusal: false) }
    }
}
