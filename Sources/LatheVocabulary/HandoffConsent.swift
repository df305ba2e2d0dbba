/// Puts handoffs to the user, one at a time.
package protocol HandoffConsent: Sendable {
    /// Whether the user allows it; nil where nobody answered. `why` says why it is asked.
    func allows(_ handoff: HandoffInitiated, why: String) async -> Bool?
}
