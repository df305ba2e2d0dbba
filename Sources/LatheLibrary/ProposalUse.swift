/// Which sessions may use a capability that waits for review.
package enum ProposalUse: String, Sendable, Hashable, CaseIterable {
    /// The one that proposed it.
    case session
    case anyone
}
