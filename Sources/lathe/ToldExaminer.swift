internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

/// Says on a terminal that something is being examined, which takes some seconds, before it is.
struct ToldExaminer: CapabilityExaminer {
    private let examiner: KernelExaminer
    private let output: TerminalOutput

    init(_ examiner: KernelExaminer, output: TerminalOutput = .standardError) {
        self.examiner = examiner
        self.output = output
    }

    func examine(_ proposal: CapabilityProposal) async throws(LibraryError) -> AdmissionReport {
        if output.size() != nil {
            output.write(
                "examining \(proposal.kind.rawValue) \(TerminalText.safe(proposal.name)) as it is now; Ctrl-C stops it\n"
            )
        }
        return try await examiner.examine(proposal)
    }
}
