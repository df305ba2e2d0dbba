internal import LatheScreens
internal import LatheVocabulary

/// Says that something is being examined, which takes some seconds, before it is.
struct ToldExaminer: CapabilityExaminer {
    private let examiner: any CapabilityExaminer
    private let tell: @Sendable (String) -> Void

    init(_ examiner: any CapabilityExaminer, tell: @escaping @Sendable (String) -> Void) {
        self.examiner = examiner
        self.tell = tell
    }

    /// On a terminal alone.
    init(_ examiner: any CapabilityExaminer, output: TerminalOutput = .standardError) {
        self.init(examiner) { text in
            if output.size() != nil { output.write(TerminalText.safe(text) + "\n") }
        }
    }

    func examine(_ proposal: CapabilityProposal) async throws(LibraryError) -> AdmissionReport {
        tell("examining \(proposal.kind.rawValue) \(proposal.name) as it is now; Ctrl-C stops it")
        return try await examiner.examine(proposal)
    }
}
