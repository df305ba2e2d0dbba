private import CSandbox

/// Whether to look again and again for what is expected within a moment, or to sleep until it comes.
///
/// To look spares a wake, which takes longer than most small cells do, but only while who is to answer has a processor of its
/// own: where both share one, it keeps the other from answering. Which of the two holds changes with what else runs, so what
/// was in vain is left alone for some times and then tried again.
package struct Attention: Sendable {
    private static let rest = 8
    private var resting = 0

    package init() {}

    /// Looks for at most `microseconds`; true as soon as the descriptor can be read. False, at once, while looking rests.
    package mutating func looks(at descriptor: Int32, for microseconds: UInt32) -> Bool {
        guard resting == 0 else {
            resting -= 1
            return false
        }
        let came = lathe_readable_within(descriptor, microseconds)
        if !came { resting = Self.rest }
        return came
    }
}
