/// What a person decided about a capability.
package enum CapabilityDecision: Sendable, Hashable {
    /// The proposal where one waits, else the approved file as it is now.
    case approve
    /// The proposal is taken away; its source is kept in the library's journal.
    case reject(reason: String)
    /// The proposal stays, and the next session that asks for it is told.
    case askForChanges(note: String)
    /// The approved one stays usable and is not offered any more.
    case deprecate(reason: String?)
}
