/// A proposal that a kernel is to run: its import, its examples, its tests, and small changes that they should notice.
package struct KernelExamination: Sendable, Hashable {
    package var proposal: CapabilityProposal
    /// For all of it; what there is no time for is left out of the count of changes.
    package var seconds: Double
    /// The most changes of its source that are tried; 0 for none.
    package var mutants: Int

    package init(_ proposal: CapabilityProposal, seconds: Double = 60, mutants: Int = 40) {
        self.proposal = proposal
        self.seconds = seconds
        self.mutants = mutants
    }
}
